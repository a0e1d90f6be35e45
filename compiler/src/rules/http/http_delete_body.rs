//! # Body in a DELETE request
//!
//! A rule for `DELETE` has a `body`.
//!
//! ## Why
//!
//! Content has no generally defined meaning in such a request (RFC 9110, section 9.3.5):
//! many clients cannot send it, and a proxy may drop it or reject the request.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { delete: "/v1/books/{id}" body: "*" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { post: "/v1/books/{id}:delete" body: "*" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0145");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
