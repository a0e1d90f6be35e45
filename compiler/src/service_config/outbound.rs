//! The hosts that a component may send requests to.

use std::collections::BTreeSet;

use vimana_proto::{OutboundHost, OutboundHostError};

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{covered_outbound_host, invalid_outbound_host, local_outbound_host};

/// The entries that are valid; `span` tells where a field of `limits` is written.
pub(super) fn read(
    entries: &[String],
    span: impl Fn(&str) -> Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeSet<OutboundHost> {
    let mut hosts: Vec<(OutboundHost, Span)> = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        // What is no string has been reported as such.
        let Some(span) = span(&format!("outbound_hosts[{index}]")) else {
            continue;
        };
        match entry.parse() {
            Ok(host) => hosts.push((host, span)),
            Err(error) => {
                let meant = meant(entry, error);
                let found = invalid_outbound_host::diagnostic(span, entry, error, meant.as_ref());
                diagnostics.push(found);
            }
        }
    }
    check_covered(&hosts, diagnostics);
    check_local(&hosts, diagnostics);
    hosts.into_iter().map(|(host, _)| host).collect()
}

/// The entry that was probably meant by `https://API.example.com/v1`,
/// `*example.com` or `::1`.
fn meant(entry: &str, error: OutboundHostError) -> Option<OutboundHost> {
    let entry = entry.trim().to_lowercase();
    match error {
        OutboundHostError::Brackets => return format!("[{entry}]").parse().ok(),
        // Its first address is hardly what is meant.
        OutboundHostError::Range => return None,
        _ => {}
    }
    let (scheme, rest) = match entry.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, entry.as_str()),
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    let host = match scheme {
        // The default port goes without saying.
        Some("https") => host.trim_end_matches(":443"),
        Some("http") => host.trim_end_matches(":80"),
        _ => host,
    };
    let host = host.trim_end_matches('.');
    let spread = match host.strip_prefix('*') {
        Some(rest) if !rest.starts_with('.') => format!("*.{rest}"),
        _ => host.to_owned(),
    };
    spread.parse().ok()
}

/// Reports each entry that another one covers; of two that are the same, the
/// second.
fn check_covered(hosts: &[(OutboundHost, Span)], diagnostics: &mut Vec<Diagnostic>) {
    for (index, (host, span)) in hosts.iter().enumerate() {
        let by = hosts.iter().enumerate().find(|(other, (found, _))| {
            let is_same = found == host;
            *other != index && (!is_same || *other < index) && (is_same || covers(found, host))
        });
        if let Some((_, (by, by_span))) = by {
            diagnostics.push(covered_outbound_host::diagnostic(
                span.clone(),
                &host.to_string(),
                &by.to_string(),
                by_span.clone(),
            ));
        }
    }
}

fn covers(wide: &OutboundHost, narrow: &OutboundHost) -> bool {
    // Any port will do, since both are asked for the same.
    let port = narrow.port().unwrap_or(443);
    wide.port() == narrow.port()
        && narrow
            .name()
            .is_some_and(|name| wide.allows_name(name, port, 443))
}

/// Reports `localhost`, which leads to addresses that need entries of their own.
fn check_local(hosts: &[(OutboundHost, Span)], diagnostics: &mut Vec<Diagnostic>) {
    for (host, span) in hosts {
        let is_local = host
            .name()
            .is_some_and(|name| name == "localhost" || name.ends_with(".localhost"));
        if !is_local {
            continue;
        }
        let loopback = [[127, 0, 0, 1].into(), std::net::Ipv6Addr::LOCALHOST.into()]
            .map(|address| OutboundHost::of_address(address, host.port()));
        if hosts.iter().any(|(other, _)| loopback.contains(other)) {
            continue;
        }
        let found = local_outbound_host::diagnostic(span.clone(), host, &loopback[0]);
        diagnostics.push(found);
    }
}
