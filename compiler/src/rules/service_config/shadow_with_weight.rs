//! # Shadow with a weight
//!
//! A version of `service.txtpb` is a shadow and has a weight.
//!
//! ## Why
//!
//! A shadow gets a copy of the requests that others answer, and its own answers are
//! dropped. A version with a weight answers its share. One version cannot do both, or
//! some requests would reach it twice.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 shadow: true }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 100 }
//! version { version: "1.1.0" shadow: true }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0162");

pub(crate) fn diagnostic(span: Span, version: &semver::Version, shadow: Span) -> Diagnostic {
    RULE.diagnostic(format!("version `{version}` is a shadow, and has a weight"))
        .at(span, "")
        .also(shadow, "its answers are dropped")
        .help("take the weight away, or `shadow: true`")
}
