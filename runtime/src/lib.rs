//! A node: the store, the control API, the wasm host and the data plane.
//!
//! # Invariants
//!
//! - Nothing is served that is not durable, and nothing is durable that was not
//!   ready to serve when it was written.
//! - The store is written by one process and one thread at a time; no `SQLite` call
//!   runs on the async runtime's threads.
//! - The runtime never reads git or a config repository.
//! - Unsafe code is denied; the one exception is justified where it stands.
#![deny(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod clock;
mod control;
pub mod data_plane;
mod descriptors;
mod host;
mod listener;
mod logs;
mod node;
mod serving;
mod snapshot;
mod store;
mod telemetry;
mod tls;
mod token;
mod transcode;

pub use control::ReflectionError;
pub use descriptors::DescriptorSet;
pub use listener::Listener;
pub use logs::{Followed, Following, LogFilter, LogHub, LogLine, LogOrigin, LogScope, Recent};
pub use node::{Node, NodeConfig, NodeError};
pub use serving::{Health, PrepareError, Serving, ServingConfig};
pub use snapshot::{
    Allow, Auth, Cors, ExportProtocol, Exporter, InterfaceEntry, KeySource, Limits, Origins,
    ServiceEntry, Snapshot, Sticky, Target, VariableSource, Variables, VersionEntry,
};
pub use store::StoreError;
pub use telemetry::{MetricsFormat, MetricsPage, TelemetrySettings};
pub use tls::{ClientCertificates, SelfSigned, SelfSignedError, TlsError, TlsFiles};
pub use token::{Token, TokenError};
