//! # Custom pattern for a known HTTP method
//!
//! The `kind` of a `custom` pattern is a known HTTP method, spelt in another way.
//!
//! ## Why
//!
//! A method such as `GET` has a field of its own, which readers and tools look for. And
//! methods are told apart by case, with the known ones in upper case: a rule for `head` is
//! never used.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { custom { kind: "head" path: "/v1/books" } };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { custom { kind: "HEAD" path: "/v1/books" } };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0140");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
