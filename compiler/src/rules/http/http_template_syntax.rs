//! # Path template that cannot be read
//!
//! The path of an HTTP rule is no path template as `google/api/http.proto` defines it.
//!
//! ## Why
//!
//! No request can be compared with such a path. The grammar is:
//!
//! ```text
//! Template  = "/" Segments [ Verb ] ;
//! Segments  = Segment { "/" Segment } ;
//! Segment   = "*" | "**" | LITERAL | Variable ;
//! Variable  = "{" FieldPath [ "=" Segments ] "}" ;
//! FieldPath = IDENT { "." IDENT } ;
//! Verb      = ":" LITERAL ;
//! ```
//!
//! `**` may only be the last segment, and a variable holds no other variable. Spaces,
//! `?`, `#` and other characters that no path holds are written percent-encoded.
//!
//! ## Wrong
//!
//! Nothing closes the variable:
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/books/{id}" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0130");

pub(crate) fn diagnostic(span: Span, message: String, label: &str, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, label).help(help)
}
