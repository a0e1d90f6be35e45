//! # Interface without WIT
//!
//! A definition is good Protobuf, but cannot be expressed in WIT, the language
//! of component interfaces, or its HTTP rule does not fit its messages.
//!
//! This is wrong, since no word of a WIT name begins with a digit:
//!
//! ```proto
//! string line_2 = 1;
//! ```
//!
//! This is right:
//!
//! ```proto
//! string line_2 = 1 [(vimana.wit_name) = "second-line"];
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0046";

pub(crate) fn diagnostic(span: Span, message: String, help: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(CODE, message).at(span, "");
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
