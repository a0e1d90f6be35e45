//! # Field that an HTTP rule cannot bind
//!
//! An HTTP rule binds a field of a type that has no form at that place.
//!
//! ## Why
//!
//! `google/api/http.proto` lets a path refer to fields that are not repeated and of a
//! primitive type: numbers, text, booleans, bytes and enums. A message, a map and a
//! repeated field have no form as a part of a path, nor has a field within one of the
//! last two. The well-known types that JSON spells as one value, such as `Timestamp` and
//! the wrappers, are messages all the same, and none of their fields can be bound either.
//!
//! `body` and `response_body` name a field of the message itself, none within a field;
//! that may be of any type.
//!
//! ## Wrong
//!
//! `tags` is repeated:
//!
//! ```proto
//! rpc ListBooks(ListBooksRequest) returns (Books) {
//!   option (vimana.http) = { get: "/v1/books/{tags}" };
//! }
//! message ListBooksRequest { repeated string tags = 1; }
//! ```
//!
//! ## Right
//!
//! What is not in the path is a query parameter, `?tags=a&tags=b`:
//!
//! ```proto
//! rpc ListBooks(ListBooksRequest) returns (Books) {
//!   option (vimana.http) = { get: "/v1/books" };
//! }
//! message ListBooksRequest { repeated string tags = 1; }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0132");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
