//! # Component that sends requests nowhere
//!
//! A component imports `wasi:http/outgoing-handler`, but `limits.outbound_hosts` allows
//! no host.
//!
//! ## Why
//!
//! A component reaches no host that is not listed, so each request that it sends fails
//! with `HTTP-request-denied`. Some toolchains add the import by themselves: then it
//! does no harm.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" component: "weather.wasm" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" component: "weather.wasm" }
//! limits { outbound_hosts: ["api.weather.example"] }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::warning("VM0152");

pub(crate) fn diagnostic(span: Span, component: &RepoPath, import: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{component}` imports `{import}`, but may send requests to no host"
    ))
    .at(span, "")
    .help("allow what it needs: `limits { outbound_hosts: [\"api.example.com\"] }`")
}
