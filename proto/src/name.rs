use std::fmt;
use std::str::FromStr;

use crate::Kind;

/// A string that is no name of the kind that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is no {expected}")]
pub struct NameError {
    found: String,
    expected: &'static str,
}

impl NameError {
    fn new(found: &str, expected: &'static str) -> Self {
        Self {
            found: found.to_owned(),
            expected,
        }
    }
}

/// A service: `example.com:bar.FooService`, the canonical domain and the full
/// name of the Protobuf service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServiceName {
    domain: String,
    protobuf: String,
}

const SERVICE: &str =
    "service name; expected `DOMAIN:PACKAGE.SERVICE`, as in `example.com:bar.FooService`";

impl ServiceName {
    /// The service `protobuf` in `domain`.
    pub fn new(domain: &str, protobuf: &str) -> Result<Self, NameError> {
        format!("{domain}:{protobuf}").parse()
    }

    /// The canonical domain: `example.com`.
    #[must_use]
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The full name in Protobuf: `bar.FooService`.
    #[must_use]
    pub fn protobuf(&self) -> &str {
        &self.protobuf
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.domain, self.protobuf)
    }
}

impl FromStr for ServiceName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || NameError::new(text, SERVICE);
        let (domain, protobuf) = text.split_once(':').ok_or_else(error)?;
        if !is_domain(domain) || !protobuf.split('.').all(is_identifier) {
            return Err(error());
        }
        Ok(Self {
            domain: domain.to_owned(),
            protobuf: protobuf.to_owned(),
        })
    }
}

/// Whether `text` is a DNS name in lower case (RFC 1123, section 2.1), at most
/// 253 bytes, each label at most 63.
#[must_use]
pub(crate) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_label)
}

fn is_identifier(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// A version of a service: `example.com:bar.FooService@1.0.0`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionName {
    /// The service.
    pub service: ServiceName,
    /// The semantic version (<https://semver.org>).
    pub version: semver::Version,
}

impl fmt::Display for VersionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.service, self.version)
    }
}

impl FromStr for VersionName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || {
            NameError::new(
                text,
                "version name; expected `SERVICE@VERSION`, as in `example.com:bar.FooService@1.0.0`",
            )
        };
        let (service, version) = text.rsplit_once('@').ok_or_else(error)?;
        Ok(Self {
            service: service.parse()?,
            version: version.parse().map_err(|_| error())?,
        })
    }
}

/// A resource: `kind/name`, for example `vpod/aggregator/aggregator`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    kind: Kind,
    name: String,
}

impl Address {
    /// The resource `name` of `kind`.
    #[must_use]
    pub fn new(kind: Kind, name: impl fmt::Display) -> Self {
        Self {
            kind,
            name: name.to_string(),
        }
    }

    /// The kind.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The name, all behind the first `/`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl FromStr for Address {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || {
            NameError::new(
                text,
                "address; expected `KIND/NAME`, as in `route/example.com:bar.FooService`",
            )
        };
        let (kind, name) = text.split_once('/').ok_or_else(error)?;
        if name.is_empty() {
            return Err(error());
        }
        Ok(Self {
            kind: kind.parse().map_err(|_| error())?,
            name: name.to_owned(),
        })
    }
}

/// How often a workspace has been applied to a node; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Generation(pub u64);

impl Generation {
    /// The generation after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_print_as_they_parse() {
        let version = "example.com:bar.FooService@1.0.0-rc.1+x";
        assert_eq!(version.parse::<VersionName>().unwrap().to_string(), version);
        let address = "vpod/aggregator/aggregator";
        assert_eq!(address.parse::<Address>().unwrap().to_string(), address);
    }

    #[test]
    fn what_is_no_service_name_is_refused_with_an_example() {
        for text in [
            "",
            "bar.FooService",
            "example.com:",
            "Example.com:bar.Foo",
            "-a.com:x",
            "a.com:1x",
        ] {
            let error = text.parse::<ServiceName>().unwrap_err().to_string();
            assert!(error.contains("example.com:bar.FooService"), "{error}");
        }
    }
}
