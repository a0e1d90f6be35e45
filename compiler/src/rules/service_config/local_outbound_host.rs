//! # Outbound host of the node's own machine
//!
//! `limits.outbound_hosts` allows `localhost`, but not the address that it stands for.
//!
//! ## Why
//!
//! A name that leads to the node's own machine or network is refused whatever it is,
//! since whoever controls a name decides where it leads to: only an entry that is the
//! very address allows that. So no request to `localhost` would ever be sent.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { outbound_hosts: ["localhost:8080"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { outbound_hosts: ["localhost:8080", "127.0.0.1:8080"] }
//! ```

use vimana_proto::OutboundHost;

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0153");

/// `address` is the entry that is missing.
pub(crate) fn diagnostic(span: Span, host: &OutboundHost, address: &OutboundHost) -> Diagnostic {
    RULE.diagnostic(format!(
        "no request to `{host}` is sent, since its address is not allowed"
    ))
    .at(span, "")
    .note("addresses of the node's own machine and network are allowed one by one")
    .help(format!("add `\"{address}\"`"))
}
