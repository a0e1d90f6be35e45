//! # Additional bindings in an additional binding
//!
//! An additional binding has `additional_bindings` of its own.
//!
//! ## Why
//!
//! `google/api/http.proto` allows one level only, and what is below is not read.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = {
//!   get: "/v1/books/{id}"
//!   additional_bindings {
//!     get: "/v1/titles/{id}"
//!     additional_bindings { get: "/v1/volumes/{id}" }
//!   }
//! };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = {
//!   get: "/v1/books/{id}"
//!   additional_bindings { get: "/v1/titles/{id}" }
//!   additional_bindings { get: "/v1/volumes/{id}" }
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0136");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
