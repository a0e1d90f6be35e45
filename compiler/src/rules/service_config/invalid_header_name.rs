//! # Invalid name of a header
//!
//! An entry of `http.cors.allow_headers` or `http.cors.expose_headers` in `service.txtpb`
//! is no name of a header: letters, digits and ``!#$%&'*+-.^_`|~`` (RFC 9110, section
//! 5.6.2). `*` alone is none either: each header is named.
//!
//! ## Why
//!
//! Browsers compare the names one by one, so that an entry that is none allows nothing.
//! With `*`, whatever a service begins to answer would be shown to the pages of others.
//!
//! ## Wrong
//!
//! ```textproto
//! http { cors { allow_origins: ["https://app.example.com"] allow_headers: ["X-Tenant: 1"] } }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! http { cors { allow_origins: ["https://app.example.com"] allow_headers: ["X-Tenant"] } }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0197");

pub(crate) fn diagnostic(span: Span, found: &str) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("`{found}` is no name of a header"))
        .at(span, "");
    if found == "*" {
        diagnostic.help("name each header")
    } else {
        diagnostic.help("write the name alone, as in `\"x-tenant\"`")
    }
}
