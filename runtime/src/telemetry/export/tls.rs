//! Connections to receivers over gRPC, in clear or over TLS.

use std::io;
use std::sync::{Arc, OnceLock};

use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// What receivers are verified with: the system's certificates. They are read when
/// somebody needs them.
#[derive(Clone, Default)]
pub(super) struct Tls(Arc<OnceLock<Result<Arc<ClientConfig>, rustls::Error>>>);

pub(super) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Tls {
    pub(super) async fn connect(
        &self,
        host: &str,
        port: u16,
        is_secure: bool,
    ) -> io::Result<Box<dyn Duplex>> {
        let stream = TcpStream::connect((host, port)).await?;
        let _ = stream.set_nodelay(true);
        if !is_secure {
            return Ok(Box::new(stream));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let config = self.config().map_err(io::Error::other)?;
        let stream = TlsConnector::from(config).connect(name, stream).await?;
        Ok(Box::new(stream))
    }

    fn config(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        let made = self.0.get_or_init(|| {
            let provider = Arc::new(aws_lc_rs::default_provider());
            let mut config = ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()?
                .with_platform_verifier()?
                .with_no_client_auth();
            config.alpn_protocols = vec![b"h2".to_vec()];
            Ok(Arc::new(config))
        });
        made.clone()
    }
}
