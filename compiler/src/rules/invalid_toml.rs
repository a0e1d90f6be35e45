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
    let help = match message.split_once("expected `") {
        _ if message.contains("must be quoted") => "put the value into quotes".to_owned(),
        _ if message.starts_with("duplicate") => "keep one of the two".to_owned(),
        Some((_, expected)) => format!("put `{expected} here"),
        None => "write `KEY = VALUE`, with text in quotes, or `[TABLE]`".to_owned(),
    };
    Diagnostic::error(CODE, format!("invalid TOML: {message}"))
        .at(span, "")
        .help(help)
}
