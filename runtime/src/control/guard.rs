use std::net::IpAddr;

use http::header::{AUTHORIZATION, HOST, ORIGIN};
use http::request::Parts;
use tonic::Status;

use crate::token::Token;

/// Decides who may use the control API.
///
/// With a token, whoever knows it. Without one, whoever can reach the loopback
/// interface, but no web page that a browser on this machine shows: a page can
/// send requests there, and a domain can be made to point there.
#[derive(Debug, Clone)]
pub(super) struct Guard {
    token: Option<Token>,
}

impl Guard {
    pub(super) const fn new(token: Option<Token>) -> Self {
        Self { token }
    }

    pub(super) fn admit(&self, request: &Parts) -> Result<(), Status> {
        match &self.token {
            Some(token) => with_token(token, request),
            None => from_this_machine(request),
        }
    }
}

fn with_token(token: &Token, request: &Parts) -> Result<(), Status> {
    let header = request.headers.get(AUTHORIZATION);
    if token.admits(header.map(http::HeaderValue::as_bytes)) {
        return Ok(());
    }
    Err(Status::unauthenticated(if header.is_some() {
        "the token is wrong"
    } else {
        "a token is needed: `authorization: Bearer TOKEN`"
    }))
}

fn from_this_machine(request: &Parts) -> Result<(), Status> {
    if request.headers.contains_key(ORIGIN) {
        return Err(Status::permission_denied(
            "web pages may not use the control API of a node without a token",
        ));
    }
    let header = request.headers.get(HOST).map(|host| host.to_str());
    let authority = match (request.uri.authority(), header) {
        (Some(authority), _) => authority.as_str(),
        (None, Some(Ok(host))) => host,
        _ => "",
    };
    if names_this_machine(authority) {
        return Ok(());
    }
    Err(Status::permission_denied(format!(
        "`{authority}` does not name this machine; a node without a token answers to `localhost` and to addresses only"
    )))
}

fn names_this_machine(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<http::uri::Authority>() else {
        return false;
    };
    let host = authority.host();
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .unwrap_or(host);
    host.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_that_points_to_this_machine_does_not_name_it() {
        for good in [
            "127.0.0.1:7700",
            "[::1]:7700",
            "localhost:7700",
            "LOCALHOST",
        ] {
            assert!(names_this_machine(good), "{good}");
        }
        for bad in [
            "",
            "evil.example:7700",
            "localhost.evil.example",
            "127.0.0.1.nip.io",
            "a b",
        ] {
            assert!(!names_this_machine(bad), "{bad}");
        }
    }
}
