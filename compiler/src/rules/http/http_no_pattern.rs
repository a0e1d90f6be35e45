//! # HTTP rule without a path
//!
//! An HTTP rule, or one of its additional bindings, has no HTTP method and path.
//!
//! ## Why
//!
//! Without one of `get`, `put`, `post`, `delete`, `patch` and `custom`, no request can
//! match it.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { body: "*" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { post: "/v1/books" body: "*" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0138");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
