//! # Invalid variable
//!
//! A variable has exactly one source, which the node reads its value from: an
//! environment variable (`env`) or a file (`file`). Its name holds letters,
//! digits and `_`, and does not begin with a digit, so that `${NAME}` can refer
//! to it.
//!
//! This is wrong:
//!
//! ```toml
//! [variable.TOKEN]
//! secret = true
//! ```
//!
//! This is right:
//!
//! ```toml
//! [variable.TOKEN]
//! env = "TOKEN"
//! secret = true
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0037";

pub(crate) fn no_source(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("the variable `{name}` has no source"))
        .at(span, "")
        .help(format!("add `env = \"{name}\"` or `file = \"/path\"`"))
}

pub(crate) fn several_sources(span: Span, name: &str, second: Span) -> Diagnostic {
    Diagnostic::error(CODE, format!("the variable `{name}` has more than one source"))
        .at(second, "and this is another")
        .also(span, "this is a source")
        .help("keep one of them")
}

pub(crate) fn name(span: Span, name: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("`{name}` is no name of a variable"))
        .at(span, "expected letters, digits and `_`, not beginning with a digit")
}
