//! # HTTP rules that match the same request
//!
//! Two methods of one domain claim the same request, so that it would be chance
//! which one answers.
//!
//! This is wrong, since `GET /v1/books/x` is either:
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };    // GetBook
//! option (vimana.http) = { get: "/v1/{kind}/x" };      // GetThing
//! ```
//!
//! This is right:
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };    // GetBook
//! option (vimana.http) = { get: "/v1/things/{id}" };   // GetThing
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0062";

pub(crate) fn diagnostic(
    span: Span,
    methods: [&str; 2],
    rules: [&str; 2],
    first: Span,
    example: &str,
) -> Diagnostic {
    let [first_method, method] = methods;
    let [first_rule, rule] = rules;
    Diagnostic::error(
        CODE,
        format!("`{first_method}` and `{method}` both match `{example}`"),
    )
    .at(span, format!("`{rule}`"))
    .also(first, format!("`{first_rule}`"))
    .help("change one of the paths")
}
