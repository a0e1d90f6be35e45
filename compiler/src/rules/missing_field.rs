//! # Missing field
//!
//! A message of `service.txtpb` lacks a field without which it says nothing: a
//! `version` block needs the version that it is about.
//!
//! This is wrong:
//!
//! ```textproto
//! version { weight: 90 }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0017";

pub(crate) fn version(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, "`version` needs a field `version`")
        .at(span, "")
        .help("say which version this is about: `version: \"1.0.0\"`")
}
