//! # Cross-origin rules without an origin
//!
//! `http.cors` in `service.txtpb` names no origin in `allow_origins`.
//!
//! ## Why
//!
//! Without one, no page of another origin may call, as without the block: all else in it
//! is without effect.
//!
//! ## Wrong
//!
//! ```textproto
//! http { cors { allow_headers: ["x-tenant"] } }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! http { cors { allow_origins: ["https://app.example.com"] allow_headers: ["x-tenant"] } }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0198");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("`cors` names no origin, so it allows nothing")
        .at(span, "")
        .help("add `allow_origins: [\"https://app.example.com\"]`, or take the block away")
}
