//! Which web pages may call: `http.cors`.

use std::net::Ipv6Addr;
use std::time::Duration;

use vimana_proto::config::v1;

use super::limit::MAX_AGE;
use super::{ServiceConfig, check};
use crate::diagnostic::Diagnostic;
use crate::rules::{cors_without_origin, credentials_for_all, invalid_header_name, invalid_origin};

/// How long an answer may be kept where nothing is said.
const DEFAULT_MAX_AGE: Duration = Duration::from_mins(10);

/// Which web pages of other origins may call. Lists are sorted, and hold nothing twice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    /// The origins; `*` alone for all. Never empty.
    pub allow_origins: Vec<String>,
    /// Headers of requests, in lower case.
    pub allow_headers: Vec<String>,
    /// Headers of responses, in lower case.
    pub expose_headers: Vec<String>,
    /// Whether cookies may be sent.
    pub allow_credentials: bool,
    /// How long the answer to a preflight request may be kept.
    pub max_age: Duration,
}

/// What `http.cors` says, where it allows anything.
pub(super) fn read(config: &ServiceConfig, diagnostics: &mut Vec<Diagnostic>) -> Option<Cors> {
    let cors = config.message.http.as_ref()?.cors.as_ref()?;
    if cors.allow_origins.is_empty() && !config.is_written("http.cors.allow_origins") {
        let span = config.name_span("http.cors");
        diagnostics.push(cors_without_origin::diagnostic(span));
    }
    let allow_origins = origins(config, cors, diagnostics);
    let allow_headers = headers(config, "allow_headers", &cors.allow_headers, diagnostics);
    let expose_headers = headers(config, "expose_headers", &cors.expose_headers, diagnostics);
    let max_age = max_age(config, cors, diagnostics);
    let is_for_all = allow_origins.iter().any(|origin| origin == "*");
    if is_for_all && cors.allow_credentials {
        let all = cors.allow_origins.iter().position(|origin| origin == "*");
        let all = format!("http.cors.allow_origins[{}]", all.unwrap_or_default());
        diagnostics.push(credentials_for_all::diagnostic(
            config.span("http.cors.allow_credentials"),
            config.span(&all),
        ));
    }
    (!allow_origins.is_empty()).then_some(Cors {
        allow_origins: if is_for_all {
            vec!["*".to_owned()]
        } else {
            allow_origins
        },
        allow_headers,
        expose_headers,
        allow_credentials: cors.allow_credentials && !is_for_all,
        max_age,
    })
}

fn origins(
    config: &ServiceConfig,
    cors: &v1::Cors,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut origins = Vec::new();
    for (index, found) in cors.allow_origins.iter().enumerate() {
        if found == "*" {
            origins.push(found.clone());
            continue;
        }
        match check_origin(found) {
            Ok(()) => origins.push(found.clone()),
            Err(why) => {
                let span = config.span(&format!("http.cors.allow_origins[{index}]"));
                let found = invalid_origin::diagnostic(span, found, why, meant_origin(found));
                diagnostics.push(found);
            }
        }
    }
    origins.sort_unstable();
    origins.dedup();
    origins
}

fn headers(
    config: &ServiceConfig,
    field: &str,
    names: &[String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<String> {
    let mut headers = Vec::new();
    for (index, name) in names.iter().enumerate() {
        if name != "*" && is_token(name) {
            headers.push(name.to_ascii_lowercase());
        } else {
            let span = config.span(&format!("http.cors.{field}[{index}]"));
            diagnostics.push(invalid_header_name::diagnostic(span, name));
        }
    }
    headers.sort_unstable();
    headers.dedup();
    headers
}

fn max_age(config: &ServiceConfig, cors: &v1::Cors, diagnostics: &mut Vec<Diagnostic>) -> Duration {
    if !config.is_set("http.cors.max_age") {
        return DEFAULT_MAX_AGE;
    }
    match MAX_AGE.read(&cors.max_age, config.span("http.cors.max_age")) {
        // Browsers count seconds.
        Ok(nanos) => Duration::from_secs(Duration::from_nanos(nanos).as_secs()),
        Err(found) => {
            diagnostics.push(*found);
            DEFAULT_MAX_AGE
        }
    }
}

/// A token of RFC 9110, section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether `text` is an origin as it is serialized (HTML, section 7.1.1); else why not.
fn check_origin(text: &str) -> Result<(), &'static str> {
    if text == "null" {
        return Err("any page can have it");
    }
    let (scheme, rest) = text.split_once("://").ok_or("it has no scheme")?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_lowercase())
        && scheme.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte)
        });
    if !is_scheme {
        return Err("its scheme is none");
    }
    if rest.contains(['/', '?', '#']) {
        return Err("it goes on behind the host");
    }
    if rest.contains('@') {
        return Err("it names a user");
    }
    if rest.contains('*') {
        return Err("it is a pattern");
    }
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (rest, None),
    };
    if host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err("its host is not in lower case");
    }
    let address = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let is_host = match address {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        // Names of the local network have underscores now and then; other schemes
        // have names of their own.
        None => {
            check::is_domain(host)
                || (!host.is_empty()
                    && host
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)))
        }
    };
    if !is_host {
        return Err("its host is none");
    }
    let Some(port) = port else {
        return Ok(());
    };
    let is_port = !port.starts_with('0') && port.parse::<u16>().is_ok();
    if !is_port || !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err("its port is none");
    }
    if matches!((scheme, port), ("http", "80") | ("https", "443")) {
        return Err("browsers leave this port out");
    }
    Ok(())
}

/// The origin that was probably meant by `Example.com/` or `https://example.com:443/app`.
fn meant_origin(found: &str) -> Option<String> {
    let lower = found.trim().to_ascii_lowercase();
    let (scheme, rest) = lower.split_once("://").unwrap_or(("https", &lower));
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = match scheme {
        "https" => host.strip_suffix(":443").unwrap_or(host),
        "http" => host.strip_suffix(":80").unwrap_or(host),
        _ => host,
    };
    let meant = format!("{scheme}://{host}");
    // A word alone may be anything.
    let is_likely = found.contains("://") || host.contains('.');
    (is_likely && meant != found && check_origin(&meant).is_ok()).then_some(meant)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_browsers_send() {
        for good in [
            "https://app.example.com",
            "http://localhost:3000",
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "https://[2001:db8::1]",
            "https://xn--caf-dma.example",
            "capacitor://localhost",
            "moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc",
            "https://example.com:8443",
        ] {
            assert_eq!(check_origin(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn what_browsers_do_not_send_is_refused_with_what_was_meant() {
        for (bad, meant) in [
            ("https://example.com/", Some("https://example.com")),
            ("https://example.com/app?x#y", Some("https://example.com")),
            ("https://Example.com", Some("https://example.com")),
            ("HTTPS://example.com", Some("https://example.com")),
            ("https://example.com:443", Some("https://example.com")),
            ("http://example.com:80", Some("http://example.com")),
            ("example.com", Some("https://example.com")),
            ("localhost", None),
            ("null", None),
            ("", None),
            ("https://", None),
            ("https://*.example.com", None),
            ("https://ada@example.com", None),
            ("https://example.com:0", None),
            ("https://example.com:99999", None),
            ("https://example.com:+1", None),
            ("https://café.example", None),
            ("https://[::1", None),
        ] {
            assert!(check_origin(bad).is_err(), "{bad}");
            assert_eq!(meant_origin(bad).as_deref(), meant, "{bad}");
        }
    }
}
