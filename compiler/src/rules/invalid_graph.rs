//! # Resources that do not fit together
//!
//! Two resources have one address, a resource refers to one that is not there,
//! or resources need each other in a circle, so that none can be put first.
//!
//! Mostly another diagnostic says what leads to it. For example, a service whose
//! only version is wrong
//!
//! ```textproto
//! version { version: "1.0.0" component: "missing.wasm" }
//! ```
//!
//! has no version to route to.

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0065";

pub(crate) fn diagnostic(span: Option<Span>, message: String) -> Diagnostic {
    let diagnostic = Diagnostic::error(CODE, message);
    match span {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}
