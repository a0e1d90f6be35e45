//! # Two sessions or vpods with one name
//!
//! A session belongs to one `vpods.yml`, and its name to it alone in the whole
//! repository; a vpod's name belongs to it alone in its session. Letters are
//! compared without case, since a vpod is called by its name in a URL.
//!
//! This is wrong:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!   - name: client
//! ```
//!
//! This is right:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!   - name: aggregator
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0080";

pub(crate) fn diagnostic(span: Span, kind: &str, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error(CODE, format!("there are two {kind}s `{name}`"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help(format!("rename one of the {kind}s"))
}
