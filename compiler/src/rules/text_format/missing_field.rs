//! # Missing field
//!
//! A message of `service.txtpb` lacks a field without which it says nothing.
//!
//! ## Why
//!
//! A `version` block, for example, needs the version that it is about. It cannot be
//! told from the order of the blocks.
//!
//! ## Wrong
//!
//! ```textproto
//! version { weight: 90 }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0017");

pub(crate) fn version(span: Span) -> Diagnostic {
    RULE.diagnostic("`version` needs a field `version`")
        .at(span, "")
        .help("say which version this is about: `version: \"1.0.0\"`")
}

/// A field of `auth` that is not written, or empty; `example` shows what to write.
pub(crate) fn auth(span: Span, field: &str, example: &str) -> Diagnostic {
    RULE.diagnostic(format!("`auth` needs a field `{field}`"))
        .at(span, "")
        .help(format!("write `{example}`"))
}
