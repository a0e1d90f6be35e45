//! # Custom pattern whose kind is no HTTP method
//!
//! The `kind` of a `custom` pattern is no HTTP method.
//!
//! ## Why
//!
//! It is the method of the request: a token of RFC 9110, made of letters, digits and a few
//! other characters, or `*` for every method.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { custom { kind: "GET or HEAD" path: "/v1/books" } };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = {
//!   get: "/v1/books"
//!   additional_bindings { custom { kind: "HEAD" path: "/v1/books" } }
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0139");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
