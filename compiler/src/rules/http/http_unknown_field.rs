//! # HTTP rule that names no field
//!
//! A path variable, `body` or `response_body` of an HTTP rule names a field that is not there.
//!
//! ## Why
//!
//! A path variable and `body` name fields of the request, `response_body` one of the
//! response. They are named as in the `.proto`, not as in JSON.
//!
//! ## Wrong
//!
//! ```proto
//! rpc GetBook(GetBookRequest) returns (Book) {
//!   option (vimana.http) = { get: "/v1/books/{bookId}" };
//! }
//! message GetBookRequest { string book_id = 1; }
//! ```
//!
//! ## Right
//!
//! ```proto
//! rpc GetBook(GetBookRequest) returns (Book) {
//!   option (vimana.http) = { get: "/v1/books/{book_id}" };
//! }
//! message GetBookRequest { string book_id = 1; }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, nearest};

pub(crate) const RULE: Declared = Declared::required("VM0131");

/// `name` is what stands at `span`, and no field; `fields` are those that there
/// are.
pub(crate) fn diagnostic(
    span: Span,
    message: String,
    help: String,
    name: &str,
    fields: &[String],
) -> Diagnostic {
    let near = nearest(name, fields.iter().map(String::as_str));
    // The value of `body` is a literal with its quotes, a path variable is not.
    let is_quoted = span.range.len() >= name.len() + 2;
    let diagnostic = RULE.diagnostic(message).at(span.clone(), "");
    let Some(near) = near else {
        return diagnostic.help(help);
    };
    let replacement = if is_quoted {
        format!("\"{near}\"")
    } else {
        near.to_owned()
    };
    diagnostic
        .help(format!("did you mean `{near}`?"))
        .fix(Fix::likely(
            format!("rename it to `{near}`"),
            span,
            replacement,
        ))
}
