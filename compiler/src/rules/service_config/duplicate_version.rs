//! # Duplicate version
//!
//! Two `version` blocks of `service.txtpb` are about the same version. Versions that
//! differ in their build alone (`1.0.0+a`, `1.0.0+b`) are two.
//!
//! ## Why
//!
//! Which component and which weight hold would be left open.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.0.0" weight: 10 }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0019");

pub(crate) fn diagnostic(span: Span, version: &semver::Version, first: Span) -> Diagnostic {
    RULE.diagnostic(format!("version `{version}` is configured twice"))
        .at(span, "")
        .also(first, "first configured here")
        .help("remove one of the two")
}
