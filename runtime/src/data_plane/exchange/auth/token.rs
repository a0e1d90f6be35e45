//! Tokens before their signature is verified (RFC 7515, RFC 7519).

use std::time::Duration;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;

use super::denial::Denial;
use super::keys::{Signature, decode};
use crate::snapshot::Auth;

/// The longest token that is looked at.
const MAX_BYTES: usize = 16 << 10;

/// A token whose signature is still to be verified.
#[derive(Debug)]
pub(super) struct Token<'a> {
    key: Option<String>,
    algorithm: Algorithm,
    message: &'a str,
    signature: &'a str,
    pub(super) claims: Claims,
}

/// The claims that matter.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    iss: Option<String>,
    pub(super) sub: Option<String>,
    aud: Option<OneOrMore>,
    /// Seconds since 1970, perhaps with a fraction.
    exp: Option<f64>,
    nbf: Option<f64>,
    #[serde(default)]
    pub(super) scope: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that a reader must understand; we know none.
    crit: Option<Value>,
}

/// The bearer token of a request; `None` where it has no credentials at all.
pub(super) fn find(headers: &HeaderMap) -> Result<Option<&str>, Denial> {
    let mut values = headers.get_all(AUTHORIZATION).into_iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    if values.next().is_some() {
        return Err(Denial::Request("there is more than one `authorization`"));
    }
    let text = value.to_str().ok();
    let (scheme, token) = text
        .and_then(|text| text.split_once(' '))
        .ok_or(Denial::Request("`authorization` holds no bearer token"))?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Denial::Request("`authorization` holds no bearer token"));
    }
    Ok(Some(token.trim_start_matches(' ')))
}

/// The algorithm of a name, where it is taken. `Ed25519` is what RFC 9864 calls the one
/// kind of `EdDSA` that is.
pub(super) fn algorithm(name: &str) -> Option<Algorithm> {
    match name {
        "RS256" => Some(Algorithm::RS256),
        "ES256" => Some(Algorithm::ES256),
        "EdDSA" | "Ed25519" => Some(Algorithm::EdDSA),
        _ => None,
    }
}

impl<'a> Token<'a> {
    /// Takes a token apart.
    pub(super) fn parse(text: &'a str) -> Result<Self, Denial> {
        let malformed = Denial::Token("it is no signed JSON Web Token");
        if text.len() > MAX_BYTES {
            return Err(Denial::Token("it is too long"));
        }
        let (message, signature) = text.rsplit_once('.').ok_or(malformed)?;
        let (header, claims) = message.split_once('.').ok_or(malformed)?;
        if claims.contains('.') {
            return Err(malformed);
        }
        let header = decode(header).ok_or(malformed)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| malformed)?;
        if header.crit.is_some() {
            return Err(Denial::Token("it has extensions that are not known"));
        }
        let algorithm = algorithm(&header.alg).ok_or(Denial::Token(
            "it is signed with an algorithm that is not taken",
        ))?;
        let claims = decode(claims).ok_or(malformed)?;
        let claims = serde_json::from_slice(&claims).map_err(|_| malformed)?;
        Ok(Self {
            key: header.kid,
            algorithm,
            message,
            signature,
            claims,
        })
    }

    pub(super) fn signature(&self) -> Signature<'_> {
        Signature {
            key: self.key.as_deref(),
            algorithm: self.algorithm,
            message: self.message.as_bytes(),
            encoded: self.signature,
        }
    }
}

impl Claims {
    /// Checks what is claimed against what a service asks for; `now` is the time since
    /// 1970. Answers when the token expires, on the same clock.
    pub(super) fn check(&self, auth: &Auth, now: Duration) -> Result<Duration, Denial> {
        let skew = auth.clock_skew;
        if self.iss.as_deref() != Some(auth.issuer.as_str()) {
            return Err(Denial::Token("it is of another issuer"));
        }
        let is_meant = match &self.aud {
            Some(OneOrMore::One(audience)) => *audience == auth.audience,
            Some(OneOrMore::More(audiences)) => audiences.contains(&auth.audience),
            None => false,
        };
        if !is_meant {
            return Err(Denial::Token("it is for another audience"));
        }
        if self.sub.as_deref().is_none_or(str::is_empty) {
            return Err(Denial::Token("it names no subject"));
        }
        let expires = self.exp.ok_or(Denial::Token("it never expires"))?;
        let until = instant(expires)?.saturating_add(skew);
        if until <= now {
            return Err(Denial::Token("it has expired"));
        }
        if let Some(begins) = self.nbf
            && instant(begins)? > now.saturating_add(skew)
        {
            return Err(Denial::Token("it is not valid yet"));
        }
        Ok(until)
    }
}

/// A `NumericDate`; what is before 1970 is 1970, and what is no time is refused.
fn instant(seconds: f64) -> Result<Duration, Denial> {
    Duration::try_from_secs_f64(seconds.max(0.0)).map_err(|_| Denial::Token("its times are none"))
}
