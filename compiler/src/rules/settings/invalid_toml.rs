//! # Invalid TOML
//!
//! `vimana.toml` is no TOML 1.0 (<https://toml.io>). Every syntax error is reported,
//! with its place.
//!
//! ## Why
//!
//! What is wrong is not read, and a part of the settings would be missing. In the
//! example a string lacks its quotes.
//!
//! ## Wrong
//!
//! ```toml
//! [workspace]
//! name = acme
//! ```
//!
//! ## Right
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0031");

pub(crate) fn diagnostic(span: Span, message: &str) -> Diagnostic {
    let help = match message.split_once("expected `") {
        _ if message.contains("must be quoted") => "put the value into quotes".to_owned(),
        _ if message.starts_with("duplicate") => "keep one of the two".to_owned(),
        Some((_, expected)) => format!("put `{expected} here"),
        None => "write `KEY = VALUE`, with text in quotes, or `[TABLE]`".to_owned(),
    };
    RULE.diagnostic(format!("invalid TOML: {message}"))
        .at(span, "")
        .help(help)
}
