//! # Sticky key that no request can bear
//!
//! `sticky` of `service.txtpb` names no header and no cookie, or one that HTTP has no
//! such name for.
//!
//! ## Why
//!
//! A caller is kept with one version by what its requests say. The name of a header or
//! cookie is a token of HTTP (RFC 9110, section 5.6.2), and cookies travel in a header
//! of their own, so they are named with `cookie`.
//!
//! ## Wrong
//!
//! ```textproto
//! sticky { header: "X User" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! sticky { header: "x-user" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0160");

/// `kind` is `header` or `cookie`.
pub(crate) fn name(span: Span, kind: &str, found: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{found}` is no name of a {kind}"))
        .at(span, "")
        .help("write letters, digits and `-`, as in `\"x-user\"`")
}

/// A header that bears something else than a caller: `instead` says what to write.
pub(crate) fn header(span: Span, found: &str, instead: &str) -> Diagnostic {
    RULE.diagnostic(format!("header `{found}` does not say who calls"))
        .at(span, "")
        .help(instead)
}

pub(crate) fn missing(span: Span) -> Diagnostic {
    RULE.diagnostic("`sticky` names neither a header nor a cookie")
        .at(span, "")
        .help("write `header: \"x-user\"` or `cookie: \"version\"`")
}
