//! # Invalid YAML
//!
//! A `vpods.yml` is no YAML, has more than one document, or needs more than
//! any file that a person writes: it may nest 64 levels deep and hold 100,000
//! values once its aliases are followed.
//!
//! This is wrong, since the list is never closed:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: [
//! ```
//!
//! This is right:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: []
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0032";

pub(crate) fn diagnostic(span: Span, message: &str) -> Diagnostic {
    let help = if message.starts_with("tabs") {
        "indent with spaces"
    } else if message.starts_with("duplicate") {
        "keep one of the two"
    } else if message.contains("document") {
        "remove what follows `---`"
    } else if message.contains("recursion") || message.starts_with("more than") {
        "write less, or nest less deeply"
    } else {
        "close what is open, and check the indentation and the quotes here"
    };
    Diagnostic::error(CODE, format!("invalid YAML: {message}"))
        .at(span, "")
        .help(help)
}
