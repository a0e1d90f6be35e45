//! # Not supported yet
//!
//! The configuration is as the documentation describes it, but this release of
//! vimana does not act on that part of it. It is an error, since a setting that
//! is silently without effect is worse.
//!
//! This is not supported yet:
//!
//! ```toml
//! [variable.TOKEN]
//! vault = "secret/data/token"
//! ```
//!
//! This is:
//!
//! ```toml
//! [variable.TOKEN]
//! env = "TOKEN"
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0036";

pub(crate) fn diagnostic(span: Span, what: &str, instead: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("{what} is not supported yet"))
        .at(span, "")
        .help(instead)
}
