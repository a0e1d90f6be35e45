//! Who calls, and whether they may.
//!
//! A service with `auth {}` is called by those with a JSON Web Token (RFC 7519) of its
//! issuer, as a bearer token (RFC 6750). What such a call costs is a hash of the token:
//! what was verified once is remembered for a while.
//!
//! - Tokens are signed with RS256, ES256 or `EdDSA`, and with the key that their header
//!   names. What has no signature, and what is signed with a shared secret, is refused.
//! - The guest learns who calls, and not the token: with it, a guest could call others
//!   in the name of its caller.
//! - No token and no part of one is written anywhere.

mod allow;
mod authenticator;
mod cache;
mod denial;
mod fetch;
mod keys;
mod remote;
mod token;

use std::sync::Arc;
use std::time::SystemTime;

use http::header::AUTHORIZATION;

use super::{Callee, Head};
use crate::data_plane::failure::Refusal;
use crate::host::Caller;

pub(in crate::data_plane) use authenticator::{Authenticator, Authenticators};
pub(crate) use keys::KeySet;

/// Who calls, where that is known: by a token where the service asks for one, or else
/// by the certificate of the connection. The token is taken out of the headers.
pub(super) async fn admit(
    callee: &Callee,
    head: &mut Head,
) -> Result<Option<Arc<Caller>>, Refusal> {
    let by_token = match &callee.auth {
        None => None,
        Some(authenticator) => {
            let method = callee.method.name();
            let admitted = authenticator
                .admit(&head.metadata, method, SystemTime::now(), head.deadline)
                .await;
            head.metadata.remove(AUTHORIZATION);
            admitted.map_err(|denial| denial.refusal(callee))?
        }
    };
    Ok(by_token.or_else(|| {
        let certificate = head.connection.as_ref()?.client.as_ref()?;
        Some(Arc::new(Caller {
            issuer: certificate.issuer.clone(),
            subject: certificate.subject.clone(),
        }))
    }))
}
