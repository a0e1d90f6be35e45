//! # Failover to nowhere
//!
//! `failover` is true, and the selectors match one region alone.
//!
//! ## Why
//!
//! Failover sends requests to another region of the list when one is unavailable. Here
//! is no other.
//!
//! ## Wrong
//!
//! ```textproto
//! regional { regions: ["aws/us-east-1"] failover: true }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! regional { regions: ["aws/us-east-1", "aws/eu-west-1"] failover: true }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0107");

pub(crate) fn diagnostic(span: Span, region: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "there is no region to fail over to: `{region}` is the only one"
    ))
    .at(span, "")
    .help("add a selector of another region, or take `failover` away")
}
