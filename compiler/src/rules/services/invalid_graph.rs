//! # Resources that do not fit together
//!
//! Two resources have one address, a resource refers to one that is not there, or
//! resources need each other in a circle.
//!
//! ## Why
//!
//! None of them could be put first. Mostly another finding says what leads to it, and
//! this one is left out; where it stands alone, please report it.
//!
//! ## Wrong
//!
//! The service has no version to route to:
//!
//! ```text
//! route/example.com:bar.FooService -> version/example.com:bar.FooService@1.0.0
//! ```
//!
//! ## Right
//!
//! ```text
//! version/example.com:bar.FooService@1.0.0
//! route/example.com:bar.FooService -> version/example.com:bar.FooService@1.0.0
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0065");

pub(crate) fn diagnostic(span: Option<Span>, message: String) -> Diagnostic {
    let diagnostic = RULE.diagnostic(message);
    match span {
        Some(span) => diagnostic.at(span, ""),
        None => diagnostic,
    }
}
