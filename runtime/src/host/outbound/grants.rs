//! Where a service may send requests to: a name is looked at before it is resolved,
//! and every address before it is connected to.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::Uri;
use http::uri::Scheme;
use vimana_proto::OutboundHost;

use super::address::{is_own, is_reserved};

/// The hosts of a service.
#[derive(Debug, Clone)]
pub(super) struct Grants {
    hosts: Arc<[OutboundHost]>,
    /// The node's control API.
    control: Option<SocketAddr>,
}

/// Where a request goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) host: TargetHost,
    pub(super) port: u16,
    pub(super) is_tls: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TargetHost {
    /// In lower case, without a final dot.
    Name(String),
    Address(IpAddr),
}

impl Target {
    /// Of a URI with scheme and authority.
    pub(super) fn of(uri: &Uri) -> Option<Self> {
        let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
        let host = uri.host()?;
        let bare = host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']'));
        let host = match bare.unwrap_or(host).parse::<IpAddr>() {
            Ok(address) => TargetHost::Address(address.to_canonical()),
            Err(_) => TargetHost::Name(host.trim_end_matches('.').to_ascii_lowercase()),
        };
        let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
        Some(Self { host, port, is_tls })
    }

    fn default_port(&self) -> u16 {
        if self.is_tls { 443 } else { 80 }
    }
}

impl Grants {
    pub(super) fn new(hosts: Arc<[OutboundHost]>, control: Option<SocketAddr>) -> Self {
        Self { hosts, control }
    }

    /// Whether requests may be sent to the host by that name, before it is known
    /// where it leads to.
    pub(super) fn allow(&self, target: &Target) -> bool {
        let (port, default) = (target.port, target.default_port());
        self.hosts.iter().any(|entry| match &target.host {
            TargetHost::Name(name) => entry.allows_name(name, port, default),
            TargetHost::Address(address) => entry.allows_address(*address, port, default),
        })
    }

    /// Whether the address that a target leads to may be connected to.
    pub(super) fn admit(&self, target: &Target, address: IpAddr) -> bool {
        let is_granted = self
            .hosts
            .iter()
            .any(|entry| entry.allows_address(address, target.port, target.default_port()));
        is_granted || !self.is_protected(SocketAddr::new(address.to_canonical(), target.port))
    }

    fn is_protected(&self, address: SocketAddr) -> bool {
        self.control == Some(address) || is_reserved(address.ip()) || is_own(address.ip())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grants(hosts: &[&str]) -> Grants {
        let hosts = hosts.iter().map(|host| host.parse().unwrap()).collect();
        Grants::new(hosts, Some("93.184.216.34:7700".parse().unwrap()))
    }

    fn target(uri: &str) -> Target {
        Target::of(&uri.parse().unwrap()).unwrap()
    }

    #[test]
    fn nothing_is_allowed_that_is_not_listed() {
        assert!(!grants(&[]).allow(&target("https://api.example.com/")));
        let grants = grants(&["api.example.com", "*.internal:8080"]);
        assert!(grants.allow(&target("https://API.example.com./x")));
        assert!(grants.allow(&target("https://u:p@api.example.com")));
        assert!(grants.allow(&target("http://a.internal:8080/")));
        for uri in [
            "https://api.example.com:8443/",
            "http://api.example.com:443/",
            "http://a.internal/",
            "https://evil.example/?api.example.com",
            "https://api.example.com@evil.example/",
            "https://93.184.216.34/",
        ] {
            assert!(!grants.allow(&target(uri)), "{uri}");
        }
    }

    #[test]
    fn a_name_that_leads_into_the_node_is_refused() {
        let grants = grants(&["*.example.com:7700"]);
        let target = target("http://rebound.example.com:7700/");
        assert!(grants.allow(&target));
        for address in ["127.0.0.1", "::1", "::ffff:10.0.0.1", "169.254.169.254"] {
            assert!(
                !grants.admit(&target, address.parse().unwrap()),
                "{address}"
            );
        }
        assert!(grants.admit(&target, "1.1.1.1".parse().unwrap()));
        let control = "93.184.216.34".parse().unwrap();
        assert!(!grants.admit(&target, control), "the control API");
    }

    #[test]
    fn only_the_very_address_opens_a_protected_one() {
        let grants = grants(&["db.internal:5000", "10.0.0.7:5000", "[::1]:8080"]);
        let database = target("http://db.internal:5000");
        assert!(grants.admit(&database, "10.0.0.7".parse().unwrap()));
        assert!(grants.admit(&database, "::ffff:10.0.0.7".parse().unwrap()));
        assert!(!grants.admit(&database, "10.0.0.8".parse().unwrap()));
        assert!(grants.allow(&target("http://[::1]:8080/")));
        assert!(!grants.allow(&target("http://[::1]/")));
        assert!(grants.allow(&target("http://[::ffff:10.0.0.7]:5000/")));
    }
}
