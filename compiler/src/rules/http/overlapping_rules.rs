//! # HTTP rules that match the same request
//!
//! The HTTP rules of two methods of one domain match the same request. The message
//! shows one.
//!
//! ## Why
//!
//! It would be chance which of the two methods answers. In the example `GET
//! /v1/books/x` is either.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };    // GetBook
//! option (vimana.http) = { get: "/v1/{kind}/x" };      // GetThing
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };    // GetBook
//! option (vimana.http) = { get: "/v1/things/{id}" };   // GetThing
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0062");

pub(crate) fn diagnostic(
    span: Span,
    methods: [&str; 2],
    rules: [&str; 2],
    first: Span,
    example: &str,
) -> Diagnostic {
    let [first_method, method] = methods;
    let [first_rule, rule] = rules;
    RULE.diagnostic(format!(
        "`{first_method}` and `{method}` both match `{example}`"
    ))
    .at(span, format!("`{rule}`"))
    .also(first, format!("`{first_rule}`"))
    .help("change one of the paths")
}
