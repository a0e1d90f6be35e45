//! From a URI to a connection, by way of the grants.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use http::Uri;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;

use super::grants::{Grants, Target, TargetHost};

/// How many names are resolved at once, since each takes a thread.
const LOOKUPS: usize = 32;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectError {
    #[error("the URI names no host")]
    NoHost,
    #[error("the host is not allowed")]
    Denied,
    #[error("the name cannot be resolved")]
    Dns(#[source] io::Error),
    #[error("the name leads to addresses that are not allowed")]
    Prohibited,
    #[error("no connection could be made")]
    Connect(#[source] io::Error),
    #[error("there is no TLS")]
    Tls(#[source] io::Error),
}

/// What the connections of all services share.
#[derive(Debug)]
pub(super) struct Connector {
    lookups: Semaphore,
    /// Reading the system's certificates takes a while, so it is done once, when
    /// somebody needs them.
    tls: OnceLock<Result<Arc<ClientConfig>, rustls::Error>>,
}

impl Default for Connector {
    fn default() -> Self {
        Self {
            lookups: Semaphore::new(LOOKUPS),
            tls: OnceLock::new(),
        }
    }
}

impl Connector {
    /// Connects to the host of a URI. Every address is looked at just before it is
    /// connected to, so a name that leads elsewhere the next time gains nothing.
    pub(super) async fn connect(
        &self,
        grants: &Grants,
        uri: &Uri,
    ) -> Result<TokioIo<Stream>, ConnectError> {
        let target = Target::of(uri).ok_or(ConnectError::NoHost)?;
        if !grants.allow(&target) {
            return Err(ConnectError::Denied);
        }
        let stream = self.reach(grants, &target).await?;
        let _ = stream.set_nodelay(true);
        if !target.is_tls {
            return Ok(TokioIo::new(Stream(Box::new(stream))));
        }
        let name = match &target.host {
            TargetHost::Name(name) => ServerName::try_from(name.clone())
                .map_err(|error| ConnectError::Tls(io::Error::other(error)))?,
            TargetHost::Address(address) => ServerName::from(*address),
        };
        let config = self
            .tls()
            .map_err(|error| ConnectError::Tls(io::Error::other(error)))?;
        let stream = TlsConnector::from(config)
            .connect(name, stream)
            .await
            .map_err(ConnectError::Tls)?;
        Ok(TokioIo::new(Stream(Box::new(stream))))
    }

    async fn reach(&self, grants: &Grants, target: &Target) -> Result<TcpStream, ConnectError> {
        let mut failure = ConnectError::Prohibited;
        for address in self.resolve(target).await? {
            if !grants.admit(target, address) {
                continue;
            }
            match TcpStream::connect((address, target.port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = ConnectError::Connect(error),
            }
        }
        Err(failure)
    }

    async fn resolve(&self, target: &Target) -> Result<Vec<IpAddr>, ConnectError> {
        let name = match &target.host {
            TargetHost::Address(address) => return Ok(vec![*address]),
            TargetHost::Name(name) => name.as_str(),
        };
        let closed = |_| ConnectError::Dns(io::ErrorKind::Interrupted.into());
        let _permit = self.lookups.acquire().await.map_err(closed)?;
        let found = lookup_host((name, target.port))
            .await
            .map_err(ConnectError::Dns)?;
        Ok(found.map(|address| address.ip().to_canonical()).collect())
    }

    fn tls(&self) -> Result<Arc<ClientConfig>, rustls::Error> {
        self.tls
            .get_or_init(|| {
                let provider = Arc::new(aws_lc_rs::default_provider());
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()?
                    .with_platform_verifier()?
                    .with_no_client_auth();
                Ok(Arc::new(config))
            })
            .clone()
    }
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// A connection, in clear or over TLS.
pub(super) struct Stream(Box<dyn Duplex>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
