//! # Sticky traffic with one version
//!
//! `service.txtpb` keeps callers with one version by `sticky`, and only one version
//! takes traffic.
//!
//! ## Why
//!
//! All callers have that version anyway. With a cookie, answers set it nonetheless.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" weight: 100 }
//! sticky { cookie: "version" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 }
//! sticky { cookie: "version" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0161");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("`sticky` changes nothing: only one version takes traffic")
        .at(span, "")
        .help("take it away, or give a second version a weight")
}
