//! # Keys of an issuer over an open way
//!
//! A URL of `auth.jwks` is `http://` at another machine, or holds a password.
//!
//! ## Why
//!
//! Whoever is on the way could answer with keys of their own, and sign any token with
//! them. And keys of issuers are public, so a password in the URL is of no use, and
//! would stand in the repository in clear.
//!
//! ## Wrong
//!
//! ```textproto
//! auth {
//!   jwks: ["http://login.example.com/keys"]
//!   issuer: "https://login.example.com"
//!   audience: "library"
//! }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! auth {
//!   jwks: ["https://login.example.com/keys"]
//!   issuer: "https://login.example.com"
//!   audience: "library"
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0163");

pub(crate) fn plain(span: Span, url: &str) -> Diagnostic {
    RULE.diagnostic(format!("keys from `{url}` can be replaced on the way"))
        .at(span, "")
        .help("write `https://`; `http://` is taken at `localhost`, `127.0.0.1` and `[::1]` only")
}

/// The URL is not repeated: it holds a password.
pub(crate) fn password(span: Span) -> Diagnostic {
    RULE.diagnostic("the URL of the keys holds a user name or a password")
        .at(span, "")
        .help("take it away: the keys are public")
}
