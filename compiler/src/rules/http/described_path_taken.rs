//! # HTTP rule at the place of the description
//!
//! The domain describes its services (`openapi = true`), and an HTTP rule of one of
//! them matches the path of that description: `/.well-known/schema.json` or
//! `/.well-known/docs`.
//!
//! ## Why
//!
//! The description is what answers there, so that the rule would never be taken for
//! this path.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { get: "/{path=**}" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { get: "/files/{path=**}" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0181");

pub(crate) fn diagnostic(span: Span, method: &str, path: &str, domain: Span) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{method}` matches `GET {path}`, where the domain describes its services"
    ))
    .at(span, "")
    .also(domain, "`openapi = true`")
    .help("change the path, or leave `openapi` out")
}
