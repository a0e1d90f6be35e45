//! # Unknown method in `allow`
//!
//! An entry `allow` of `auth` names a method that no version of the service has.
//!
//! ## Why
//!
//! Methods that no entry names are refused to everybody, so a name that is misspelt
//! takes a method away from those who should have it.
//!
//! ## Wrong
//!
//! ```textproto
//! auth {
//!   jwks: ["https://login.example.com/keys"]
//!   issuer: "https://login.example.com"
//!   audience: "library"
//!   allow { methods: ["GetShelve"] }
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
//!   allow { methods: ["GetShelf"] }
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list, nearest, offering};

pub(crate) const RULE: Declared = Declared::error("VM0165");

pub(crate) fn diagnostic(span: Span, found: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("the service has no method `{found}`"))
        .at(span.clone(), "");
    match nearest(found, known.iter().copied()) {
        Some(near) => offering(diagnostic, near, span),
        None => diagnostic.help(format!("its methods are {}", list(known))),
    }
}
