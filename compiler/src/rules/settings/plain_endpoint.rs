//! # Endpoint in clear over the network
//!
//! The endpoint of a cluster, or of an OTLP receiver, is `http://` at a host that is
//! neither this machine nor on a private network.
//!
//! ## Why
//!
//! Tokens, components and telemetry go over the network in clear, and whoever is on the
//! way can read and change them. Private are the addresses of RFC 1918 and RFC 4193,
//! names without a dot, and those in `.internal`, `.local`, `.lan`, `.svc` and `.test`.
//!
//! ## Wrong
//!
//! ```toml
//! [cluster.prod]
//! endpoint = "http://vimana.example.com:7700"
//! ```
//!
//! ## Right
//!
//! ```toml
//! [cluster.prod]
//! endpoint = "http://127.0.0.1:7700"   # through an SSH tunnel
//! ```

use std::net::IpAddr;

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0108");

pub(crate) fn cluster(span: Span, endpoint: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{endpoint}` goes over the network in clear"))
        .at(span, "")
        .help("reach it through a tunnel: `ssh -L 7700:127.0.0.1:7700 HOST`, and `http://127.0.0.1:7700`")
}

pub(crate) fn exporter(span: Span, endpoint: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{endpoint}` goes over the network in clear"))
        .at(span, "")
        .help("write `https://`")
}

/// Whether `url` is `http://` at a host that is not private.
pub(crate) fn is_exposed(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else {
        return false;
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => authority.split(':').next().unwrap_or_default(),
    };
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => {
            !(ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified())
        }
        Ok(IpAddr::V6(ip)) => {
            !(ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.is_unspecified())
        }
        Err(_) => {
            let name = host.trim_end_matches('.').to_ascii_lowercase();
            const PRIVATE: [&str; 7] = [
                ".internal",
                ".local",
                ".localhost",
                ".lan",
                ".svc",
                ".test",
                ".home.arpa",
            ];
            name.contains('.') && !PRIVATE.iter().any(|suffix| name.ends_with(suffix))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_exposed;

    #[test]
    fn only_hosts_of_the_public_network_are_exposed() {
        for url in [
            "http://vimana.example.com:7700",
            "http://user:pass@example.com/x",
            "http://8.8.8.8",
            "http://[2001:db8::1]:4318/v1",
        ] {
            assert!(is_exposed(url), "{url}");
        }
        for url in [
            "https://vimana.example.com",
            "http://localhost:7700",
            "http://127.0.0.1:7700/",
            "http://[::1]:7700",
            "http://10.1.2.3",
            "http://192.168.0.1",
            "http://node-1:7700",
            "http://vimana.prod.svc.cluster.local:7700",
            "http://vimana.prod.svc:7700",
            "http://",
        ] {
            assert!(!is_exposed(url), "{url}");
        }
    }
}
