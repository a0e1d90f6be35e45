//! From PEM files to what a handshake needs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject as _};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::danger::ClientCertVerifier;
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::{RootCertStore, ServerConfig};
use sha2::{Digest as _, Sha256};

/// More than any chain of certificates needs.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The files that TLS is made of, all in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and behind it those that lead to its authority.
    pub certificate: PathBuf,
    /// The private key of the certificate.
    pub key: PathBuf,
    /// Whose certificates clients may show; absent where they show none.
    pub clients: Option<ClientCertificates>,
}

/// What is asked of clients.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientCertificates {
    /// The authorities whose certificates are taken.
    pub authorities: PathBuf,
    /// Whether a client may come without any certificate.
    pub optional: bool,
}

/// Why the files are of no use.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A file is larger than any of its kind.
    #[error("`{}` is larger than {MAX_FILE_BYTES} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// A file holds no certificate, or something that is none.
    #[error("`{}` holds no certificate in PEM, as in `-----BEGIN CERTIFICATE-----`", path.display())]
    NoCertificate {
        /// The file.
        path: PathBuf,
    },
    /// A file holds no private key.
    #[error("`{}` holds no private key in PEM that is not encrypted, as in `-----BEGIN PRIVATE KEY-----`", path.display())]
    NoKey {
        /// The file.
        path: PathBuf,
    },
    /// Certificate and key do not belong together, or are of a kind that is not known.
    #[error("the certificate of `{}` and the key of `{}` cannot be used together", certificate.display(), key.display())]
    Pair {
        /// The file of the certificate.
        certificate: PathBuf,
        /// The file of the key.
        key: PathBuf,
        /// Why.
        #[source]
        source: rustls::Error,
    },
    /// The authorities of clients cannot be used.
    #[error("the authorities of `{}` cannot be used", path.display())]
    Authorities {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: VerifierBuilderError,
    },
    /// The platform's cryptography cannot do what is needed.
    #[error("TLS cannot be set up")]
    Setup(#[source] rustls::Error),
    /// The files cannot be watched.
    #[error("the files of TLS cannot be watched for changes")]
    Watch(#[source] notify::Error),
}

/// What the files held when they were read, all at once.
pub(super) struct Contents {
    certificate: Vec<u8>,
    key: Vec<u8>,
    authorities: Option<Vec<u8>>,
}

impl TlsFiles {
    /// The files, each once.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Path> {
        let clients = self.clients.as_ref();
        [&self.certificate, &self.key]
            .into_iter()
            .chain(clients.map(|clients| &clients.authorities))
            .map(PathBuf::as_path)
    }

    pub(super) fn read(&self) -> Result<Contents, TlsError> {
        let authorities = self.clients.as_ref();
        Ok(Contents {
            certificate: read(&self.certificate)?,
            key: read(&self.key)?,
            authorities: authorities
                .map(|clients| read(&clients.authorities))
                .transpose()?,
        })
    }

    /// What a handshake needs.
    pub(super) fn config(&self, contents: &Contents) -> Result<ServerConfig, TlsError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let chain = certificates(&self.certificate, &contents.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&contents.key).map_err(|_| TlsError::NoKey {
            path: self.key.clone(),
        })?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(TlsError::Setup)?;
        let builder = match (&self.clients, &contents.authorities) {
            (Some(clients), Some(pem)) => {
                builder.with_client_cert_verifier(verifier(clients, pem, provider)?)
            }
            _ => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|source| TlsError::Pair {
                certificate: self.certificate.clone(),
                key: self.key.clone(),
                source,
            })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.ticketer = aws_lc_rs::Ticketer::new().map_err(TlsError::Setup)?;
        Ok(config)
    }
}

impl Contents {
    /// Differs where the contents do; tells nothing of the key.
    pub(super) fn fingerprint(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        let authorities = self.authorities.as_deref().unwrap_or_default();
        for part in [&self.certificate, &self.key, authorities] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    let failed = |source| TlsError::Read {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > MAX_FILE_BYTES {
        return Err(TlsError::TooLarge {
            path: path.to_owned(),
        });
    }
    std::fs::read(path).map_err(failed)
}

fn certificates(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let found: Result<Vec<_>, pem::Error> = CertificateDer::pem_slice_iter(pem).collect();
    let found = found.ok().filter(|found| !found.is_empty());
    found.ok_or_else(|| TlsError::NoCertificate {
        path: path.to_owned(),
    })
}

fn verifier(
    clients: &ClientCertificates,
    pem: &[u8],
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsError> {
    let mut roots = RootCertStore::empty();
    let path = &clients.authorities;
    for certificate in certificates(path, pem)? {
        roots
            .add(certificate)
            .map_err(|_| TlsError::NoCertificate { path: path.clone() })?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if clients.optional {
        builder.allow_unauthenticated()
    } else {
        builder
    };
    builder.build().map_err(|source| TlsError::Authorities {
        path: path.clone(),
        source,
    })
}
