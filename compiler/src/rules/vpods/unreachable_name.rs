//! # Name that no URL reaches
//!
//! The name of a vpod has capitals.
//!
//! ## Why
//!
//! vpods call each other by name, as the host of a URL: `http://aggregator/sum`. A
//! browser writes hosts in lower case, so a vpod whose name has capitals is found by
//! gateways that compare names without case, such as vimana's, and by no other.
//!
//! ## Wrong
//!
//! ```yaml
//! - name: Aggregator
//! ```
//!
//! ## Right
//!
//! ```yaml
//! - name: aggregator
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0082");

pub(crate) fn diagnostic(span: Span, name: &str) -> Diagnostic {
    let lower = name.to_lowercase();
    let title = format!("rename it to `{lower}`");
    RULE.diagnostic(format!(
        "the name `{name}` has capitals, and URLs have none"
    ))
    .at(span.clone(), "")
    .help(title.clone())
    // What is live under the other name is replaced.
    .fix(Fix::likely(title, span, lower))
}
