//! # Invalid YAML
//!
//! A `vpods.yml` is no YAML, has more than one document, or needs more than any file
//! that a person writes: it may nest 64 levels deep and hold 100,000 values once its
//! aliases are followed.
//!
//! ## Why
//!
//! What is wrong is not read, so that sessions would be missing; and a small file whose
//! aliases refer to each other can stand for more than any machine holds. In the example
//! a list is never closed.
//!
//! ## Wrong
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: [
//! ```
//!
//! ## Right
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: []
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0032");

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
    RULE.diagnostic(format!("invalid YAML: {message}"))
        .at(span, "")
        .help(help)
}
