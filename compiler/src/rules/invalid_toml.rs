//! # Invalid TOML
//!
//! `vimana.toml` is no TOML 1.0 (<https://toml.io>). Every syntax error is
//! reported, with its place.
//!
//! This is wrong, since a string needs quotes:
//!
//! ```toml
//! [workspace]
//! name = acme
//! ```
//!
//! This is right:
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0031";

pub(crate) fn diagnostic(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("invalid TOML: {message}")).at(span, "")
}
