//! # Outbound hosts that nothing reaches
//!
//! `limits.outbound_hosts` allows hosts, but no component of the service can send an
//! HTTP request.
//!
//! ## Why
//!
//! What is granted and not needed is there for the next component, or for one that was
//! taken over. A component sends requests by importing `wasi:http/outgoing-handler`.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" component: "library-1.0.0.wasm" }
//! limits { outbound_hosts: ["api.example.com"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" component: "library-1.0.0.wasm" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0155");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("hosts are allowed, but no version of the service sends HTTP requests")
        .at(span, "")
        .note("a component sends them by importing `wasi:http/outgoing-handler`")
        .help("take `outbound_hosts` away")
}
