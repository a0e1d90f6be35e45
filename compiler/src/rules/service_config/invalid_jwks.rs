//! # Invalid key set
//!
//! An entry of `auth.jwks` is neither a URL nor a file of the repository with a JSON
//! Web Key Set (RFC 7517) that has a key for signatures.
//!
//! Tokens are taken with signatures of these algorithms and no others, so each key is
//! one of theirs:
//!
//! | algorithm | key |
//! |---|---|
//! | `RS256` | `RSA` with 2048 bits or more |
//! | `ES256` | `EC` on the curve `P-256` |
//! | `EdDSA` | `OKP` on the curve `Ed25519` |
//!
//! ## Why
//!
//! Without a key, every call would be refused. Keys of other kinds beside these are
//! left aside.
//!
//! ## Wrong
//!
//! ```textproto
//! auth { jwks: ["keys.pem"] issuer: "https://login.example.com" audience: "library" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! auth { jwks: ["keys.json"] issuer: "https://login.example.com" audience: "library" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0164");

pub(crate) fn url(span: Span, found: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{found}` is no URL of a key set"))
        .at(span, "")
        .help("write a URL, as in `\"https://login.example.com/keys\"`, or the path of a file")
}

pub(crate) fn no_file(span: Span, path: &str) -> Diagnostic {
    RULE.diagnostic(format!("there is no key set `{path}`"))
        .at(span, "")
        .help("write a path relative to this file, or a URL that begins with `https://`")
}

/// `why` says what the set is instead.
pub(crate) fn content(span: Span, path: &RepoPath, why: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{path}` is no key set that can be used: {why}"))
        .at(span, "")
        .help("save what the issuer has at its `jwks_uri`, or write that URL here")
}

pub(crate) fn too_many(span: Span, most: usize) -> Diagnostic {
    RULE.diagnostic(format!("a service takes keys of at most {most} places"))
        .at(span, "")
        .help("put the keys of several into one file")
}
