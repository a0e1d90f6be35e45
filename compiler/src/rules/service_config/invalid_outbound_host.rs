//! # Invalid outbound host
//!
//! An entry of `limits.outbound_hosts` is no host: a name, a name below which all are
//! meant, or an IP address, each with a port or without.
//!
//! | entry | allows requests to |
//! |---|---|
//! | `api.example.com` | this host, port 443 over `https` and 80 over `http` |
//! | `api.example.com:8443` | this host, port 8443 |
//! | `*.example.com` | every host below `example.com`, but not `example.com` itself |
//! | `127.0.0.1:8080`, `[::1]:8080` | this address, also where it is one of the node's own network |
//!
//! There is no entry for every host, and none for a range of addresses.
//!
//! ## Why
//!
//! What a component may reach is granted host by host, so that a review sees each, and
//! so that a component that was taken over reaches nothing else.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { outbound_hosts: ["https://api.example.com/v1", "10.0.0.0/8"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { outbound_hosts: ["api.example.com", "10.0.0.7:5000"] }
//! ```

use vimana_proto::{OutboundHost, OutboundHostError};

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0151");

pub(crate) fn diagnostic(
    span: Span,
    found: &str,
    error: OutboundHostError,
    meant: Option<&OutboundHost>,
) -> Diagnostic {
    let help = match (error, meant) {
        (_, Some(meant)) => format!("write `\"{meant}\"`"),
        (OutboundHostError::Everything, None) => {
            "list the hosts, or those below one name, as in `\"*.example.com\"`".to_owned()
        }
        (OutboundHostError::Range, None) => {
            "list the addresses, as in `\"10.0.0.7:5000\"`".to_owned()
        }
        (_, None) => {
            "write a host, as in `\"api.example.com\"`, `\"*.example.com\"` or `\"127.0.0.1:8080\"`"
                .to_owned()
        }
    };
    RULE.diagnostic(format!("`{found}` is no outbound host: {error}"))
        .at(span, "")
        .help(help)
}
