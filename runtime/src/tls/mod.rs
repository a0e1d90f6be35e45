//! TLS of the data listener: certificates from files, taken anew when they change,
//! and who a client is by its own certificate.

mod client;
mod der;
mod files;
mod follow;
mod self_signed;

pub(crate) use client::ClientCertificate;
pub use files::{ClientCertificates, TlsError, TlsFiles};
pub(crate) use follow::Tls;
pub use self_signed::{SelfSigned, SelfSignedError};
