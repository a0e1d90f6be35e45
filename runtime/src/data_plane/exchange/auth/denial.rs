//! What a caller reads who may not call.

use http::HeaderValue;
use http::header::WWW_AUTHENTICATE;
use tonic::Code;

use super::super::Callee;
use crate::data_plane::failure::Refusal;

/// Why a call is refused. Nothing in it comes from the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denial {
    /// There is no token.
    Missing,
    /// The credentials cannot be read.
    Request(&'static str),
    /// The token is not taken.
    Token(&'static str),
    /// The caller is known, and may not.
    Forbidden,
    /// There are no keys to verify with.
    NoKeys,
}

impl Denial {
    /// As RFC 6750 says it, section 3.
    pub(super) fn refusal(self, callee: &Callee) -> Refusal {
        let (code, reason, challenge) = match self {
            Self::Missing => (
                Code::Unauthenticated,
                "a bearer token is needed".to_owned(),
                "Bearer",
            ),
            Self::Request(why) => (
                Code::Unauthenticated,
                format!("the credentials cannot be read: {why}"),
                r#"Bearer error="invalid_request""#,
            ),
            Self::Token(why) => (
                Code::Unauthenticated,
                format!("the token is not valid: {why}"),
                r#"Bearer error="invalid_token""#,
            ),
            Self::Forbidden => (
                Code::PermissionDenied,
                "the caller may not call this method".to_owned(),
                r#"Bearer error="insufficient_scope""#,
            ),
            Self::NoKeys => {
                let reason = "the keys of the issuer cannot be had at the moment";
                return Refusal::of(callee, Code::Unavailable, reason);
            }
        };
        Refusal::of(callee, code, reason)
            .with_header(WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
    }
}
