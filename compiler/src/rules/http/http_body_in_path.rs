//! # Field both in the path and in the body
//!
//! The field that `body` names is bound by the path as well.
//!
//! ## Why
//!
//! A request would give it twice. A field *within* the one that the body fills may be in
//! the path, and wins.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { put: "/v1/books/{title}" body: "title" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { put: "/v1/books/{book.title}" body: "book" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0135");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
