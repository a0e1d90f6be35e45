//! # Service without a domain
//!
//! A service exists within a domain, which is the first part of its name:
//! `example.com:bar.FooService`. It is that of `service.txtpb`, or else the
//! canonical domain of `vimana.toml`.
//!
//! Give all services of the repository a domain in `vimana.toml`:
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//! ```
//!
//! or one service in `service.txtpb`:
//!
//! ```textproto
//! domain: "example.com"
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0052";

pub(crate) fn diagnostic(span: Span, service: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("the service `{service}` has no domain"))
        .at(span, "")
        .help("add `domain = \"example.com\"` to `[workspace]` of `vimana.toml`, or `domain: \"example.com\"` to `service.txtpb`")
}
