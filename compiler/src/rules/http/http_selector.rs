//! # Selector in an HTTP rule
//!
//! An HTTP rule in the option of a method has a `selector`.
//!
//! ## Why
//!
//! It says which method a rule is for where rules stand in a service configuration of
//! Google's. In the option of a method it means nothing.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = {
//!   selector: "library.Library.GetBook"
//!   get: "/v1/books/{id}"
//! };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0141");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
