//! # Duplicate version
//!
//! Two `version` blocks of `service.txtpb` are about the same version. Which
//! component and which weight hold would be left open.
//!
//! Versions that differ in their build alone (`1.0.0+a`, `1.0.0+b`) are two.
//!
//! This is wrong:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.0.0" weight: 10 }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0019";

pub(crate) fn diagnostic(span: Span, version: &semver::Version, first: Span) -> Diagnostic {
    Diagnostic::error(CODE, format!("version `{version}` is configured twice"))
        .at(span, "")
        .also(first, "first configured here")
        .help("remove one of the two")
}
