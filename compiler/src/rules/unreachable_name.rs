//! # Name that no URL reaches
//!
//! vpods call each other by name, as the host of a URL: `http://aggregator/sum`.
//! A browser writes hosts in lower case, so a vpod whose name has capitals is
//! found by gateways that compare names without case, such as vimana's, and by
//! no other.
//!
//! This is fragile:
//!
//! ```yaml
//! - name: Aggregator
//! ```
//!
//! This is not:
//!
//! ```yaml
//! - name: aggregator
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0082";

pub(crate) fn diagnostic(span: Span, name: &str) -> Diagnostic {
    Diagnostic::warning(CODE, format!("the name `{name}` has capitals, and URLs have none"))
        .at(span, "")
        .help(format!("rename it to `{}`", name.to_lowercase()))
}
