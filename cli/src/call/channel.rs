//! The connection to a server, in clear or secured.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use hyper_util::rt::TokioIo;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use crate::command_error::{Code, CommandError};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// What the identities of both sides are told by.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trust {
    /// The authorities that are believed, instead of the system's.
    pub(crate) authorities: Option<PathBuf>,
    /// The name that the server's certificate must be for, where that is not the one
    /// that it is called by.
    pub(crate) name: Option<&'static str>,
    /// The client's own certificate and key.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

/// Connects to a server. `authority` is the name that it is called by, where that is
/// not the one of its URL.
pub(crate) async fn connect(
    url: &str,
    authority: Option<&str>,
    trust: &Trust,
) -> Result<Channel, CommandError> {
    let uri = parse(url)?;
    let is_secure = uri.scheme() == Some(&Scheme::HTTPS);
    let endpoint = Endpoint::from(uri.clone())
        .origin(origin(&uri, authority)?)
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_nodelay(true)
        .user_agent(concat!("vimana/", env!("CARGO_PKG_VERSION")))
        .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    let connected = if is_secure {
        let named = authority.and_then(|authority| authority.parse::<Authority>().ok());
        let host = named.as_ref().map(Authority::host).or_else(|| uri.host());
        let name = server_name(trust.name.or(host).unwrap_or_default())?;
        let tls = TlsConnector::from(Arc::new(config(trust)?));
        let connector = tower::service_fn(move |uri: Uri| {
            let (tls, name) = (tls.clone(), name.clone());
            async move {
                let stream = dial(&uri).await?;
                let secured = tls.connect(name, stream).await?;
                Ok::<_, io::Error>(TokioIo::new(secured))
            }
        });
        endpoint.connect_with_connector(connector).await
    } else {
        endpoint.connect().await
    };
    connected.map_err(|error| unreachable(url, &error))
}

/// Why nobody answers.
pub(crate) fn unreachable(url: &str, error: &dyn std::error::Error) -> CommandError {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    CommandError::new(Code::Failed, format!("cannot reach `{url}`: {innermost}"))
}

/// The URL of a server; `host:port` alone is one in clear.
fn parse(url: &str) -> Result<Uri, CommandError> {
    let full = if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    let uri: Option<Uri> = full.parse().ok();
    uri.filter(|uri| {
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        is_http && uri.host().is_some_and(|host| !host.is_empty())
    })
    .ok_or_else(|| {
        CommandError::new(
            Code::Failed,
            format!("`{url}` is no server; expected `http://HOST:PORT` or `https://HOST:PORT`"),
        )
    })
}

fn origin(uri: &Uri, authority: Option<&str>) -> Result<Uri, CommandError> {
    let Some(authority) = authority else {
        return Ok(uri.clone());
    };
    let mut parts = uri.clone().into_parts();
    let parsed = authority.parse().map_err(|_| {
        CommandError::new(
            Code::Failed,
            format!("`{authority}` is no authority; expected `HOST` or `HOST:PORT`"),
        )
    })?;
    parts.authority = Some(parsed);
    parts.path_and_query = Some(PathAndQuery::from_static("/"));
    Uri::from_parts(parts).map_err(|error| CommandError::from_error(Code::Failed, &error))
}

async fn dial(uri: &Uri) -> io::Result<TcpStream> {
    let host = uri.host().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, uri.port_u16().unwrap_or(443))).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn server_name(host: &str) -> Result<ServerName<'static>, CommandError> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    ServerName::try_from(host.to_owned()).map_err(|error| {
        CommandError::new(
            Code::Failed,
            format!("`{host}` is no name of a server: {error}"),
        )
    })
}

fn config(trust: &Trust) -> Result<ClientConfig, CommandError> {
    let tls_error = |error: rustls::Error| CommandError::from_error(Code::Failed, &error);
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?;
    let builder = match &trust.authorities {
        None => builder.with_platform_verifier().map_err(tls_error)?,
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(tls_error)?;
            }
            builder.with_root_certificates(roots)
        }
    };
    let mut config = match &trust.identity {
        None => builder.with_no_client_auth(),
        Some((certificate, key)) => {
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|error| unreadable(key, "private key", &error))?;
            builder
                .with_client_auth_cert(certificates(certificate)?, key)
                .map_err(tls_error)?
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(config)
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, CommandError> {
    let read: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|error| unreadable(file, "certificate", &error));
    let found = read?;
    if found.is_empty() {
        return Err(CommandError::new(
            Code::Failed,
            format!("`{}` holds no certificate in PEM", file.display()),
        ));
    }
    Ok(found)
}

fn unreadable(file: &Path, what: &str, error: &dyn std::fmt::Display) -> CommandError {
    CommandError::new(
        Code::Failed,
        format!("cannot read a {what} from `{}`: {error}", file.display()),
    )
}
