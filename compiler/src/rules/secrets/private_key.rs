//! # Private key in a key set
//!
//! A file that `auth.jwks` names holds a private or a symmetric key.
//!
//! ## Why
//!
//! Whoever reads the repository could sign tokens in the name of every caller. A node
//! needs the public half alone. What was committed once stays in the history, so the
//! issuer has to make a new key.
//!
//! ## Wrong
//!
//! ```json
//! { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qY...", "d": "nWGx..." }] }
//! ```
//!
//! ## Right
//!
//! ```json
//! { "keys": [{ "kty": "OKP", "crv": "Ed25519", "x": "11qY..." }] }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0167");

/// `key` is the place of the key in the set, from 1.
pub(crate) fn diagnostic(span: Span, path: &RepoPath, key: usize) -> Diagnostic {
    RULE.diagnostic(format!("key {key} of `{path}` is secret"))
        .at(span, "")
        .help("keep the public members of the key only, and let the issuer make a new one")
}
