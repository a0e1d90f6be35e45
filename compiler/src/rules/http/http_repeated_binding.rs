//! # Binding that an earlier one makes useless
//!
//! Two bindings of one method match the same requests, all of them.
//!
//! ## Why
//!
//! The first one takes them, so that the second one is never used: its variables and its
//! body have no effect.
//!
//! ## Wrong
//!
//! A path like `/v1/books/7` matches both:
//!
//! ```proto
//! option (vimana.http) = {
//!   get: "/v1/books/{id}"
//!   additional_bindings { get: "/v1/books/{isbn}" }
//! };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = {
//!   get: "/v1/books/{id}"
//!   additional_bindings { get: "/v1/isbn/{isbn}" }
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0143");

pub(crate) fn diagnostic(span: Span, message: String, help: String, earlier: Span) -> Diagnostic {
    RULE.diagnostic(message)
        .at(span, "")
        .also(earlier, "the earlier one")
        .help(help)
}
