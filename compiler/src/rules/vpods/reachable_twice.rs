//! # Reachable name that is listed twice
//!
//! `reachableVPods` lists a name twice.
//!
//! ## Why
//!
//! The second is without effect, so that who takes the first away does not get what
//! they expect. Names are compared without case, as in URLs.
//!
//! ## Wrong
//!
//! ```yaml
//! reachableVPods: [aggregator, evaluator, Aggregator]
//! ```
//!
//! ## Right
//!
//! ```yaml
//! reachableVPods: [aggregator, evaluator]
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0109");

pub(crate) fn diagnostic(span: Span, name: &str, first: Span) -> Diagnostic {
    RULE.diagnostic(format!("`{name}` is listed twice"))
        .at(span, "")
        .also(first, "first listed here")
        .help("take it from the list")
}
