//! The TLS of one connection.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::HEAD_TIMEOUT;
use crate::tls::{ClientCertificate, Tls};

/// How long a handshake may take, with the wait for its turn.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How many handshakes are computed at once: each costs as much as some hundred
/// requests, and whoever floods the port shall not take all there is.
const HANDSHAKES_AT_ONCE: usize = 128;

/// Makes connections secure.
#[derive(Clone)]
pub(super) struct Handshakes {
    tls: Tls,
    turns: Arc<Semaphore>,
}

/// A connection whose handshake is done, and which has sent something.
pub(super) struct Secure {
    pub(super) stream: BufReader<TlsStream<TcpStream>>,
    pub(super) client: Option<ClientCertificate>,
}

impl Handshakes {
    pub(super) fn new(tls: Tls) -> Self {
        Self {
            tls,
            turns: Arc::new(Semaphore::new(HANDSHAKES_AT_ONCE)),
        }
    }

    /// Shakes hands, and waits for the first byte behind that. `None` where either
    /// does not happen in time.
    pub(super) async fn accept(&self, stream: TcpStream) -> Option<Secure> {
        let handshake = async {
            // The semaphore is never closed.
            let _turn = self.turns.acquire().await.ok()?;
            let accepted = TlsAcceptor::from(self.tls.config()).accept(stream).await;
            accepted
                .inspect_err(|error| tracing::debug!(%error, "a handshake failed"))
                .ok()
        };
        let stream = timeout(HANDSHAKE_TIMEOUT, handshake).await.ok()??;
        let client = stream.get_ref().1.peer_certificates();
        let client = client.and_then(|chain| ClientCertificate::read(chain.first()?));
        let mut stream = BufReader::new(stream);
        let first = timeout(HEAD_TIMEOUT, stream.fill_buf()).await.ok()?;
        let has_spoken = first.is_ok_and(|bytes| !bytes.is_empty());
        has_spoken.then_some(Secure { stream, client })
    }
}
