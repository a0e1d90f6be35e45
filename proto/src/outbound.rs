//! Hosts that a component may send HTTP requests to.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

/// An entry of `outbound_hosts`: `api.example.com`, `*.example.com`,
/// `api.example.com:8443`, `127.0.0.1:8080`, `[::1]:8080`.
///
/// Without a port, an entry is for the port that the scheme of a request has by
/// default: 443 for `https`, 80 for `http`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboundHost {
    host: Host,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Host {
    /// A name, in lower case.
    Name(String),
    /// All names that end in a dot and this one.
    Below(String),
    /// An address, never an IPv4 address in IPv6 form.
    Address(IpAddr),
}

/// Why a text is no [`OutboundHost`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OutboundHostError {
    /// It is a URL, or has a part of one that is no host.
    #[error("it is a URL")]
    Url,
    /// It stands for every host.
    #[error("it would allow every host")]
    Everything,
    /// It stands for a range of addresses.
    #[error("it is a range of addresses")]
    Range,
    /// `*` is not all of the first label.
    #[error("`*` stands for one or more whole labels, and only at the beginning")]
    Wildcard,
    /// The port is none.
    #[error("a port is a number from 1 to 65535")]
    Port,
    /// An IPv6 address is not in brackets, though it has a port, or seems to.
    #[error("an IPv6 address is written in brackets")]
    Brackets,
    /// The name is none.
    #[error("it is no DNS name in lower case, and no IP address")]
    Name,
}

impl OutboundHost {
    /// The entry for one address.
    #[must_use]
    pub const fn of_address(address: IpAddr, port: Option<u16>) -> Self {
        Self {
            host: Host::Address(address),
            port,
        }
    }

    /// Whether requests may be sent to `name`, which is in lower case, without a
    /// final dot, and no address. `default_port` is that of the request's scheme.
    #[must_use]
    pub fn allows_name(&self, name: &str, port: u16, default_port: u16) -> bool {
        let is_host = match &self.host {
            Host::Name(own) => own == name,
            Host::Below(suffix) => name
                .strip_suffix(suffix.as_str())
                .and_then(|rest| rest.strip_suffix('.'))
                .is_some_and(|rest| !rest.is_empty()),
            Host::Address(_) => false,
        };
        is_host && self.allows_port(port, default_port)
    }

    /// Whether the entry is this very address.
    #[must_use]
    pub fn allows_address(&self, address: IpAddr, port: u16, default_port: u16) -> bool {
        matches!(self.host, Host::Address(own) if own == address.to_canonical())
            && self.allows_port(port, default_port)
    }

    /// The name, where the entry stands for one alone.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match &self.host {
            Host::Name(name) => Some(name),
            Host::Below(_) | Host::Address(_) => None,
        }
    }

    /// The port, where the entry has one.
    #[must_use]
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// Whether the entry is an address.
    #[must_use]
    pub const fn is_address(&self) -> bool {
        matches!(self.host, Host::Address(_))
    }

    fn allows_port(&self, port: u16, default_port: u16) -> bool {
        self.port.unwrap_or(default_port) == port
    }
}

impl fmt::Display for OutboundHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Name(name) => f.write_str(name)?,
            Host::Below(suffix) => write!(f, "*.{suffix}")?,
            Host::Address(IpAddr::V4(address)) => write!(f, "{address}")?,
            Host::Address(IpAddr::V6(address)) => write!(f, "[{address}]")?,
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

impl FromStr for OutboundHost {
    type Err = OutboundHostError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(IpAddr::V6(_)) = text.parse() {
            return Err(OutboundHostError::Brackets);
        }
        if let Some((address, rest)) = text.split_once('/')
            && address.parse::<IpAddr>().is_ok()
            && rest.bytes().all(|byte| byte.is_ascii_digit())
        {
            return Err(OutboundHostError::Range);
        }
        if text.contains(['/', '@', '?', '#']) {
            return Err(OutboundHostError::Url);
        }
        let (host, port) = split_port(text)?;
        Ok(Self {
            host: host_of(host)?,
            port,
        })
    }
}

fn split_port(text: &str) -> Result<(&str, Option<u16>), OutboundHostError> {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !text.ends_with(']') => (host, Some(port)),
        _ => (text, None),
    };
    if host.contains(':') && !host.starts_with('[') {
        return Err(OutboundHostError::Brackets);
    }
    let is_number = |port: &&str| port.bytes().all(|byte| byte.is_ascii_digit());
    let number = |port: &str| port.parse().ok().filter(|port: &u16| *port > 0);
    match port {
        None => Ok((host, None)),
        Some(port) => Some(port)
            .filter(is_number)
            .and_then(number)
            .map(|port| (host, Some(port)))
            .ok_or(OutboundHostError::Port),
    }
}

fn host_of(text: &str) -> Result<Host, OutboundHostError> {
    if let Some(address) = text.strip_prefix('[') {
        let address = address.strip_suffix(']').and_then(|text| text.parse().ok());
        let address: std::net::Ipv6Addr = address.ok_or(OutboundHostError::Name)?;
        return Ok(Host::Address(IpAddr::V6(address).to_canonical()));
    }
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(Host::Address(address));
    }
    if text == "*" {
        return Err(OutboundHostError::Everything);
    }
    let (name, is_below) = match text.strip_prefix("*.") {
        Some(suffix) => (suffix, true),
        None => (text, false),
    };
    if name.contains('*') {
        return Err(OutboundHostError::Wildcard);
    }
    // What looks like an address and is none would be read as one by some.
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_numeric = last.bytes().all(|byte| byte.is_ascii_digit());
    if is_numeric || name.len() > 253 || !name.split('.').all(is_label) {
        return Err(OutboundHostError::Name);
    }
    let name = name.to_owned();
    Ok(if is_below {
        Host::Below(name)
    } else {
        Host::Name(name)
    })
}

/// Names of hosts that are no domains may have underscores.
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> OutboundHost {
        text.parse().unwrap()
    }

    #[test]
    fn an_entry_is_written_as_it_was_read() {
        for text in [
            "api.example.com",
            "*.example.com",
            "*.example.com:8443",
            "my_service:80",
            "127.0.0.1:8080",
            "10.1.2.3",
            "[::1]:8080",
            "[2001:db8::1]",
        ] {
            assert_eq!(entry(text).to_string(), text);
        }
        assert_eq!(entry("[::ffff:127.0.0.1]:80").to_string(), "127.0.0.1:80");
    }

    #[test]
    fn what_is_no_entry_says_why() {
        use OutboundHostError as Error;
        for (text, error) in [
            ("https://api.example.com", Error::Url),
            ("api.example.com/v1", Error::Url),
            ("user@api.example.com", Error::Url),
            ("*", Error::Everything),
            ("*:80", Error::Everything),
            ("10.0.0.0/8", Error::Range),
            ("*example.com", Error::Wildcard),
            ("api.*.com", Error::Wildcard),
            ("api.example.com:0", Error::Port),
            ("api.example.com:http", Error::Port),
            ("api.example.com:", Error::Port),
            ("api.example.com:65536", Error::Port),
            ("::1", Error::Brackets),
            ("::1:8080", Error::Brackets),
            ("fe80::1:zz", Error::Brackets),
            ("[::1", Error::Brackets),
            ("API.example.com", Error::Name),
            ("api.example.com.", Error::Name),
            ("exa mple.com", Error::Name),
            ("10.0.0.256", Error::Name),
            ("0x7f.1", Error::Name),
            ("127.1", Error::Name),
            ("", Error::Name),
        ] {
            let found = text.parse::<OutboundHost>();
            assert!(found.is_err(), "{text}");
            if error != Error::Brackets {
                assert_eq!(found, Err(error), "{text}");
            }
        }
    }

    #[test]
    fn a_wildcard_stands_for_names_below_and_no_others() {
        let below = entry("*.example.com");
        assert!(below.allows_name("a.example.com", 443, 443));
        assert!(below.allows_name("a.b.example.com", 80, 80));
        for name in [
            "example.com",
            ".example.com",
            "aexample.com",
            "example.com.evil",
        ] {
            assert!(!below.allows_name(name, 443, 443), "{name}");
        }
    }

    #[test]
    fn a_port_is_the_schemes_own_unless_it_is_named() {
        let any = entry("api.example.com");
        assert!(any.allows_name("api.example.com", 443, 443));
        assert!(!any.allows_name("api.example.com", 8443, 443));
        let named = entry("api.example.com:8443");
        assert!(named.allows_name("api.example.com", 8443, 443));
        assert!(!named.allows_name("api.example.com", 443, 443));
    }

    #[test]
    fn an_address_is_allowed_in_each_of_its_forms_and_no_name_is() {
        let loopback = entry("127.0.0.1:8080");
        let mapped = "::ffff:127.0.0.1".parse().unwrap();
        assert!(loopback.allows_address("127.0.0.1".parse().unwrap(), 8080, 80));
        assert!(loopback.allows_address(mapped, 8080, 80));
        assert!(!loopback.allows_address("127.0.0.2".parse().unwrap(), 8080, 80));
        assert!(!loopback.allows_name("localhost", 8080, 80));
        assert!(!entry("*.example.com").allows_address(mapped, 80, 80));
    }
}
