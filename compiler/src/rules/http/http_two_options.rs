//! # Both HTTP options on one method
//!
//! A method has both `(vimana.http)` and `(google.api.http)`.
//!
//! ## Why
//!
//! They are one option with two names, so that only one of them can be in force.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };
//! option (google.api.http) = { get: "/books/{id}" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (google.api.http) = {
//!   get: "/v1/books/{id}"
//!   additional_bindings { get: "/books/{id}" }
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0142");

pub(crate) fn diagnostic(
    span: Span,
    message: String,
    help: String,
    other: Option<Span>,
) -> Diagnostic {
    let diagnostic = RULE.diagnostic(message).at(span, "").help(help);
    match other {
        Some(other) => diagnostic.also(other, "the other one"),
        None => diagnostic,
    }
}
