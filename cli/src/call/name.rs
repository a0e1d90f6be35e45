//! The names of services and methods, as people type them.

use std::str::FromStr;

/// A service or a method: `example.com:bar.FooService/SayHello`,
/// `bar.FooService/SayHello` or `bar.FooService.SayHello`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name {
    /// The domain, where one is named.
    pub(crate) domain: Option<String>,
    /// What is behind it.
    pub(crate) path: String,
}

impl FromStr for Name {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const EXPECTED: &str = "expected a method such as `example.com:bar.FooService/SayHello`, \
                                `bar.FooService/SayHello` or `bar.FooService.SayHello`";
        let (domain, path) = match text.split_once(':') {
            Some((domain, path)) => (Some(domain.to_owned()), path),
            None => (None, text),
        };
        // As gRPC writes it on the wire.
        let path = path.strip_prefix('/').unwrap_or(path);
        let is_name = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        };
        let separators = path.matches('/').count();
        let is_path = separators <= 1 && path.split(['.', '/']).all(is_name);
        if !is_path || domain.as_deref() == Some("") {
            return Err(EXPECTED);
        }
        Ok(Self {
            domain,
            path: path.to_owned(),
        })
    }
}

impl Name {
    /// The service and the method, where the name may be one of a method.
    pub(crate) fn method(&self) -> Option<(&str, &str)> {
        self.path
            .split_once('/')
            .or_else(|| self.path.rsplit_once('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_named_with_its_domain_or_without_by_slash_or_by_dot() {
        for (text, domain) in [
            ("example.com:bar.FooService/SayHello", Some("example.com")),
            ("bar.FooService/SayHello", None),
            ("/bar.FooService/SayHello", None),
            ("bar.FooService.SayHello", None),
        ] {
            let name: Name = text.parse().unwrap();
            assert_eq!(name.domain.as_deref(), domain, "{text}");
            assert_eq!(
                name.method(),
                Some(("bar.FooService", "SayHello")),
                "{text}"
            );
        }
        for bad in ["", "a//b", "a/b/c", ":a.B/C", "a.B/", "a b.C/D", "a..B/C"] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }
}
