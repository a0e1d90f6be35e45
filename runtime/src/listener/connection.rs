//! What is known of a connection, for every request that comes over it.

use std::net::SocketAddr;
use std::sync::Arc;

use http::Extensions;

use crate::tls::ClientCertificate;

/// A connection, as the extensions of its requests have it.
#[derive(Debug, Clone)]
pub(crate) struct Connection {
    /// The other side.
    pub(crate) peer: SocketAddr,
    /// Whether it is encrypted.
    pub(crate) is_secure: bool,
    /// Who the client is by its certificate, which was verified.
    pub(crate) client: Option<Arc<ClientCertificate>>,
}

impl Connection {
    /// The connection that a request came over.
    pub(crate) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }
}
