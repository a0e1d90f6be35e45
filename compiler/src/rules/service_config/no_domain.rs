//! # Service without a domain
//!
//! A service is in no domain: neither `service.txtpb` nor the `[workspace]` of
//! `vimana.toml` names one.
//!
//! ## Why
//!
//! The domain is the first part of a service's name, `example.com:bar.FooService`, and
//! keeps apart what different organisations call alike.
//!
//! ## Wrong
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! ```
//!
//! ## Right
//!
//! Give all services of the repository a domain, in `vimana.toml`:
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//! ```
//!
//! or one service alone, in `service.txtpb`:
//!
//! ```textproto
//! domain: "example.com"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0052");

pub(crate) fn diagnostic(span: Span, service: &str) -> Diagnostic {
    RULE.diagnostic(format!("the service `{service}` has no domain"))
        .at(span, "")
        .help("add `domain = \"example.com\"` to `[workspace]` of `vimana.toml`, or `domain: \"example.com\"` to `service.txtpb`")
}
