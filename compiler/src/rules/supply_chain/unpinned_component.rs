//! # Unpinned remote component
//!
//! A version names a component in a registry by its tag alone.
//!
//! ## Why
//!
//! A tag can be moved: what runs tomorrow need not be what was reviewed today. A digest
//! names the very bytes.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" component: "oci://ghcr.io/acme/foo:1.0.0" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" component: "oci://ghcr.io/acme/foo:1.0.0@sha256:0f1e..." }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0105");

/// Whether a reference ends in the digest of what it means.
pub(crate) fn is_pinned(reference: &str) -> bool {
    let digest = reference.rsplit_once("@sha256:").map(|(_, digest)| digest);
    digest.is_some_and(|digest| {
        digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}

pub(crate) fn diagnostic(span: Span, reference: &str) -> Diagnostic {
    let (reference, _) = reference.split_once('@').unwrap_or((reference, ""));
    RULE.diagnostic(format!("`{reference}` is not pinned to a digest"))
        .at(span, "")
        .help(format!("write `{reference}@sha256:DIGEST`"))
}
