//! # Credentials for every origin
//!
//! `http.cors` in `service.txtpb` allows credentials, and every origin: `*`.
//!
//! ## Why
//!
//! Any page that somebody opens could call the service with their cookies, and read the
//! answers. Browsers refuse the combination, so no page could call at all.
//!
//! ## Wrong
//!
//! ```textproto
//! http { cors { allow_origins: ["*"] allow_credentials: true } }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! http { cors { allow_origins: ["https://app.example.com"] allow_credentials: true } }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0196");

/// `all` is where `*` is written.
pub(crate) fn diagnostic(span: Span, all: Span) -> Diagnostic {
    RULE.diagnostic("credentials are allowed to pages of every origin")
        .at(span, "")
        .also(all, "every origin")
        .help("name the origins, or leave `allow_credentials` out")
}
