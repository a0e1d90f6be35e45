//! Who may call, as far as `service.txtpb` alone says it.

use std::time::Duration;

use vimana_proto::config::v1;

use super::ServiceConfig;
use super::limit::CLOCK_SKEW;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{contradicting_allow, insecure_jwks, invalid_jwks, missing_field};

/// How many places keys may come from.
const MAX_SETS: usize = 16;
const DEFAULT_SKEW: Duration = Duration::from_mins(1);

/// Who may call a service: those with a token of an issuer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Auth {
    /// Where the issuer's keys are, those places that are valid.
    pub jwks: Vec<Jwks>,
    /// The `iss` of tokens.
    pub issuer: String,
    /// The `aud` of tokens.
    pub audience: String,
    /// How far clocks may differ.
    pub clock_skew: Duration,
    /// Who may call which methods, in their order.
    pub allow: Vec<Allow>,
}

/// A place of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Jwks {
    /// A URL that a node fetches.
    Url(String),
    /// A file, relative to the configuration's folder.
    File {
        /// Its path.
        path: String,
        /// Where it is written.
        span: Span,
    },
}

/// An entry `allow`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allow {
    /// The methods, and where they are written; none for all.
    pub methods: Vec<(String, Span)>,
    /// Whether callers without a token may call them.
    pub anonymous: bool,
    /// The values of `sub`; none for any.
    pub subjects: Vec<String>,
    /// The values of `scope` that are all needed.
    pub scopes: Vec<String>,
}

/// The field `auth`. Where something in it is wrong, that is in `out`.
pub(super) fn read(config: &ServiceConfig, out: &mut Vec<Diagnostic>) -> Option<Auth> {
    let auth = config.message.auth.as_ref()?;
    let required = [
        (
            "jwks",
            auth.jwks.is_empty(),
            "jwks: [\"https://login.example.com/keys\"]",
        ),
        (
            "issuer",
            auth.issuer.is_empty(),
            "issuer: \"https://login.example.com\"",
        ),
        (
            "audience",
            auth.audience.is_empty(),
            "audience: \"library\"",
        ),
    ];
    for (field, is_empty, example) in required {
        let path = format!("auth.{field}");
        // What is of another type has been reported as such.
        if is_empty && (config.is_set(&path) || !config.is_written(&path)) {
            let span = if config.is_set(&path) {
                config.span(&path)
            } else {
                config.name_span("auth")
            };
            out.push(missing_field::auth(span, field, example));
        }
    }
    if auth.jwks.len() > MAX_SETS {
        let span = config.span(&format!("auth.jwks[{MAX_SETS}]"));
        out.push(invalid_jwks::too_many(span, MAX_SETS));
    }
    let jwks = auth.jwks.iter().enumerate().take(MAX_SETS);
    let jwks = jwks.filter_map(|(index, found)| {
        let span = config.span(&format!("auth.jwks[{index}]"));
        place(found, span).map_err(|found| out.push(*found)).ok()
    });
    Some(Auth {
        jwks: jwks.collect(),
        issuer: auth.issuer.clone(),
        audience: auth.audience.clone(),
        clock_skew: clock_skew(config, auth, out),
        allow: allow(config, auth, out),
    })
}

fn clock_skew(config: &ServiceConfig, auth: &v1::Auth, out: &mut Vec<Diagnostic>) -> Duration {
    if !config.is_set("auth.clock_skew") {
        return DEFAULT_SKEW;
    }
    match CLOCK_SKEW.read(&auth.clock_skew, config.span("auth.clock_skew")) {
        Ok(nanoseconds) => Duration::from_nanos(nanoseconds),
        Err(diagnostic) => {
            out.push(*diagnostic);
            DEFAULT_SKEW
        }
    }
}

fn allow(config: &ServiceConfig, auth: &v1::Auth, out: &mut Vec<Diagnostic>) -> Vec<Allow> {
    let entries = auth.allow.iter().enumerate();
    entries
        .map(|(index, entry)| {
            let path = format!("auth.allow[{index}]");
            let asked = [
                ("subjects", !entry.subjects.is_empty()),
                ("scopes", !entry.scopes.is_empty()),
            ];
            if entry.anonymous
                && let Some((field, _)) = asked.iter().find(|(_, is_asked)| *is_asked)
            {
                let span = config.name_span(&format!("{path}.anonymous"));
                let asked = config.name_span(&format!("{path}.{field}"));
                out.push(contradicting_allow::diagnostic(span, field, asked));
            }
            let methods = entry.methods.iter().enumerate();
            Allow {
                methods: methods
                    .map(|(at, method)| {
                        let span = config.span(&format!("{path}.methods[{at}]"));
                        (method.clone(), span)
                    })
                    .collect(),
                anonymous: entry.anonymous,
                subjects: entry.subjects.clone(),
                scopes: entry.scopes.clone(),
            }
        })
        .collect()
}

/// A URL, or else a path.
fn place(found: &str, span: Span) -> Result<Jwks, Box<Diagnostic>> {
    let Some((scheme, rest)) = found.split_once("://") else {
        if found.trim().is_empty() {
            return Err(Box::new(invalid_jwks::url(span, found)));
        }
        let path = found.to_owned();
        return Ok(Jwks::File { path, span });
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(Box::new(insecure_jwks::password(span)));
    }
    let is_url = found.bytes().all(|byte| byte.is_ascii_graphic()) && !found.contains('#');
    let host = host(authority).filter(|_| is_url);
    match (scheme, host) {
        ("https", Some(_)) => Ok(Jwks::Url(found.to_owned())),
        ("http", Some(host)) if is_loopback(host) => Ok(Jwks::Url(found.to_owned())),
        ("http", Some(_)) => Err(Box::new(insecure_jwks::plain(span, found))),
        _ => Err(Box::new(invalid_jwks::url(span, found))),
    }
}

/// The host of `HOST`, `HOST:PORT`, `[ADDRESS]` and `[ADDRESS]:PORT`.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, behind) = rest.split_once(']')?;
            host.parse::<std::net::Ipv6Addr>().ok()?;
            (host, behind)
        }
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port_is_valid = match port.strip_prefix(':') {
        Some(port) => port.parse::<u16>().is_ok_and(|port| port > 0),
        None => port.is_empty(),
    };
    (!host.is_empty() && port_is_valid).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    host.parse::<std::net::IpAddr>()
        .map_or(host == "localhost", |address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::RepoPath;

    fn place_of(found: &str) -> Result<Jwks, &'static str> {
        let file = RepoPath::new("a/service.txtpb").unwrap();
        place(found, Span::start_of(file)).map_err(|diagnostic| diagnostic.code)
    }

    #[test]
    fn keys_come_over_a_safe_way_or_from_a_file() {
        for url in [
            "https://login.example.com/keys",
            "https://login.example.com:8443/keys?v=1",
            "https://[2001:db8::1]/keys",
            "http://localhost:9000/keys",
            "http://127.0.0.2/keys",
            "http://[::1]:9000/keys",
        ] {
            assert_eq!(place_of(url), Ok(Jwks::Url(url.to_owned())), "{url}");
        }
        for (found, code) in [
            ("http://login.example.com/keys", "VM0163"),
            ("http://localhost.example.com/keys", "VM0163"),
            ("http://192.168.0.1/keys", "VM0163"),
            ("https://user:pass@login.example.com/keys", "VM0163"),
            ("http://user@localhost/keys", "VM0163"),
            ("ftp://login.example.com/keys", "VM0164"),
            ("https:///keys", "VM0164"),
            ("https://host:port/keys", "VM0164"),
            ("https://host/a b", "VM0164"),
            ("https://host/a#b", "VM0164"),
            ("https://[::1/keys", "VM0164"),
            ("", "VM0164"),
        ] {
            assert_eq!(place_of(found), Err(code), "{found}");
        }
        assert!(
            matches!(place_of("keys.json"), Ok(Jwks::File { path, .. }) if path == "keys.json")
        );
    }
}
