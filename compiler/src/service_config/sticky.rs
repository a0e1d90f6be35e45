//! What keeps one caller with one version.

use vimana_proto::config::v1::sticky::Key;

use super::ServiceConfig;
use crate::diagnostic::Diagnostic;
use crate::rules::{invalid_sticky_key, needless_sticky};

/// What keeps one caller with one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sticky {
    /// A header, in lower case.
    Header(String),
    /// A cookie.
    Cookie(String),
}

/// Headers that say something else than who calls.
const OF_MESSAGES: [&str; 7] = [
    "connection",
    "content-length",
    "content-type",
    "host",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// The field `sticky`, where it is valid.
pub(super) fn read(config: &ServiceConfig, out: &mut Vec<Diagnostic>) -> Option<Sticky> {
    let sticky = config.message.sticky.as_ref()?;
    let found = match &sticky.key {
        Some(Key::Header(name)) => header(config, name),
        Some(Key::Cookie(name)) => cookie(config, name),
        // What is no string has been reported as such.
        None if config.is_written("sticky.header") || config.is_written("sticky.cookie") => {
            return None;
        }
        None => Err(Box::new(invalid_sticky_key::missing(
            config.name_span("sticky"),
        ))),
    };
    let takes_traffic = |version: &&super::Version| version.weight.is_some_and(|weight| weight > 0);
    if config.versions.iter().filter(takes_traffic).count() < 2 {
        out.push(needless_sticky::diagnostic(config.name_span("sticky")));
    }
    found.map_err(|diagnostic| out.push(*diagnostic)).ok()
}

fn header(config: &ServiceConfig, name: &str) -> Result<Sticky, Box<Diagnostic>> {
    let span = config.span("sticky.header");
    if !is_token(name) {
        return Err(Box::new(invalid_sticky_key::name(span, "header", name)));
    }
    let name = name.to_ascii_lowercase();
    let instead = match name.as_str() {
        "cookie" => "name the cookie: `cookie: \"version\"`",
        other if OF_MESSAGES.contains(&other) => "take a header that differs from caller to caller",
        _ => return Ok(Sticky::Header(name)),
    };
    Err(Box::new(invalid_sticky_key::header(span, &name, instead)))
}

fn cookie(config: &ServiceConfig, name: &str) -> Result<Sticky, Box<Diagnostic>> {
    if is_token(name) {
        return Ok(Sticky::Cookie(name.to_owned()));
    }
    let span = config.span("sticky.cookie");
    Err(Box::new(invalid_sticky_key::name(span, "cookie", name)))
}

/// A token of HTTP (RFC 9110, section 5.6.2); RFC 6265 has the same for cookies.
fn is_token(name: &str) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    (1..=256).contains(&name.len()) && name.bytes().all(is_token)
}
