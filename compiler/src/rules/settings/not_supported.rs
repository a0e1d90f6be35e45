//! # Not supported yet
//!
//! The configuration is as the documentation describes it, but this release of vimana
//! does not act on that part of it.
//!
//! ## Why
//!
//! A setting that is silently without effect is worse than an error.
//!
//! ## Wrong
//!
//! ```toml
//! [variable.TOKEN]
//! vault = "secret/data/token"
//! ```
//!
//! ## Right
//!
//! ```toml
//! [variable.TOKEN]
//! env = "TOKEN"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0036");

pub(crate) fn diagnostic(span: Span, what: &str, instead: &str) -> Diagnostic {
    RULE.diagnostic(format!("{what} is not supported yet"))
        .at(span, "")
        .help(instead)
}
