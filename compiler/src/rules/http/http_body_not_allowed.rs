//! # Body in a request that has none
//!
//! A rule for `GET`, `HEAD` or `TRACE` has a `body`.
//!
//! ## Why
//!
//! Content has no meaning in such a request (RFC 9110, section 9.3): clients do not send
//! it, and servers and proxies may reject the request for it.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" body: "*" };
//! ```
//!
//! ## Right
//!
//! Fields that are not in the path are query parameters:
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0134");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
