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

use http::HeaderMap;
use http::header::AUTHORIZATION;
use tokio::time::Instant;

use super::Callee;
use crate::data_plane::failure::Refusal;
use crate::host::Caller;
use crate::listener::Connection;

pub(in crate::data_plane) use authenticator::{Authenticator, Authenticators};
pub(crate) use keys::KeySet;

/// That whoever calls may do so, and who it is where that is known.
#[derive(Debug)]
pub(in crate::data_plane) struct Admitted {
    pub(super) caller: Option<Arc<Caller>>,
}

impl Admitted {
    /// Somebody, of whom nothing is asked: the caller of what the node serves itself, or
    /// nobody at all.
    pub(in crate::data_plane) const ANYBODY: Self = Self { caller: None };
}

impl Callee {
    /// Who calls, where that is known: by a token where the service asks for one, or
    /// else by the certificate of the connection. The token is taken out of the headers.
    ///
    /// A front asks before it reads the body, so that those who may not call cannot make
    /// the node keep what they send.
    pub(in crate::data_plane) async fn admit(
        &self,
        headers: &mut HeaderMap,
        connection: Option<&Connection>,
        deadline: Instant,
    ) -> Result<Admitted, Refusal> {
        let by_token = match &self.auth {
            None => None,
            Some(authenticator) => {
                let method = self.method.name();
                let admitted = authenticator
                    .admit(headers, method, SystemTime::now(), deadline)
                    .await;
                headers.remove(AUTHORIZATION);
                admitted.map_err(|denial| denial.refusal(self))?
            }
        };
        let caller = by_token.or_else(|| {
            let certificate = connection?.client.as_ref()?;
            Some(Arc::new(Caller {
                issuer: certificate.issuer.clone(),
                subject: certificate.subject.clone(),
            }))
        });
        Ok(Admitted { caller })
    }
}
