//! # Invalid variable
//!
//! A variable has no source or several, or a name that is none. Its source is an
//! environment variable (`env`) or a file (`file`) of the node.
//!
//! ## Why
//!
//! A node reads the value from exactly one place. The name holds letters, digits and
//! `_`, and does not begin with a digit, so that `${NAME}` can refer to it.
//!
//! ## Wrong
//!
//! ```toml
//! [variable.TOKEN]
//! secret = true
//! ```
//!
//! ## Right
//!
//! ```toml
//! [variable.TOKEN]
//! env = "TOKEN"
//! secret = true
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0037");

pub(crate) fn no_source(span: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!("the variable `{name}` has no source"))
        .at(span, "")
        .help(format!("add `env = \"{name}\"` or `file = \"/path\"`"))
}

pub(crate) fn several_sources(span: Span, name: &str, second: Span) -> Diagnostic {
    RULE.diagnostic(format!("the variable `{name}` has more than one source"))
        .at(second, "and this is another")
        .also(span, "this is a source")
        .help("keep one of them")
}

pub(crate) fn name(span: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{name}` is no name of a variable"))
        .at(
            span,
            "expected letters, digits and `_`, not beginning with a digit",
        )
}
