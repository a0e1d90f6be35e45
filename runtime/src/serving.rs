//! The seam between the control plane and the data plane.
//!
//! The control plane owns what is true (the store); the data plane owns what
//! runs. They meet in two values: a [`VersionEntry`], which is made ready before
//! it becomes true, and a [`Snapshot`], which is served after it became true.
//!
//! # The order of events
//!
//! 1. A step that puts a version calls [`Serving::prepare_version`]. The data
//!    plane compiles the component (or loads the artifact), links its imports and
//!    finds its functions. An error makes the step fail and changes nothing.
//! 2. The step is written durably.
//! 3. [`Serving::publish`] hands over the next snapshot. Snapshots are published
//!    in the order of their numbers, never two at a time.
//! 4. The step is answered.
//!
//! Where 2 fails, [`Serving::discard_version`] is called instead of 3.
//!
//! At the start of a node the order differs, so that a slow compilation keeps no
//! other service from serving: the restored snapshot is published first, with
//! versions that were never prepared, and each is restored after that, several at
//! a time ([`Serving::restore_version`]). One that this release has compiled before is
//! taken for ready, and loaded with its first request; what is not compiled is.
//! Until then [`Serving::health`] says [`Health::Pending`], and a request that needs
//! such a version has it prepared at once, and waits for it or is answered with
//! UNAVAILABLE.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;
use vimana_proto::{Address, Digest};

use crate::listener::Listener;
use crate::logs::LogHub;
use crate::snapshot::{Snapshot, VersionEntry};
use crate::telemetry::{MetricsPage, TelemetrySettings};

/// What runs the services: the data plane, or a stand-in for it in tests.
#[async_trait]
pub trait Serving: Send + Sync + 'static {
    /// Makes a version ready to serve, without serving it yet. Idempotent, and
    /// called for several versions at once.
    ///
    /// A version is identified by its [`VersionEntry::name`] and
    /// [`VersionEntry::digest`] together: while one digest of a name serves,
    /// another is being prepared. What was prepared must be kept until a
    /// published snapshot that held it is followed by one that does not, or until
    /// [`Self::discard_version`]; a snapshot that never held it says nothing
    /// about it.
    async fn prepare_version(&self, version: &Arc<VersionEntry>) -> Result<(), PrepareError>;

    /// Makes a version ready that this node had applied before it started: as
    /// [`Self::prepare_version`], but what was compiled and checked then need not be
    /// again. It is called after the snapshot with the version was published.
    async fn restore_version(&self, version: &Arc<VersionEntry>) -> Result<(), PrepareError> {
        self.prepare_version(version).await
    }

    /// Forgets a version that was prepared and will not be published. Does
    /// nothing where the current snapshot holds the same name and digest.
    fn discard_version(&self, version: &Arc<VersionEntry>);

    /// Serves `snapshot` from now on. Requests in flight end with the snapshot
    /// they began with.
    ///
    /// Called for every step of an apply, so it must not do heavy work for
    /// services that did not change: an unchanged service is the same `Arc` in
    /// both snapshots ([`Arc::ptr_eq`]).
    fn publish(&self, snapshot: Arc<Snapshot>);

    /// Says whether versions that were applied before are still being made ready, at
    /// the start of a node: those that ask whether the node serves are told to wait.
    fn set_restoring(&self, _is_restoring: bool) {}

    /// How a version fares. Asked for versions of the published snapshot only;
    /// other kinds of resources are healthy when they are published.
    fn health(&self, address: &Address) -> Health;

    /// What is known of the requests, for `/metrics`.
    fn metrics(&self) -> MetricsPage {
        MetricsPage::default()
    }

    /// Serves the connections of `listener` until `stop` is cancelled, then takes
    /// no new ones, lets requests in flight end, and returns. The caller drops
    /// the future when its patience ends.
    async fn serve(self: Arc<Self>, listener: Listener, stop: CancellationToken);
}

/// What the data plane needs of the node.
#[derive(Debug, Clone)]
pub struct ServingConfig {
    /// A folder of the node's own for precompiled artifacts. It exists, nobody
    /// else may write to it, and whatever is in it can be made again.
    pub artifacts: PathBuf,
    /// Where the control API is served, which no guest may reach.
    pub control: Option<SocketAddr>,
    /// Where what guests write goes.
    pub logs: Arc<LogHub>,
    /// How telemetry is made and sent.
    pub telemetry: TelemetrySettings,
    /// How many versions are kept ready to be called. More may be served: those that
    /// were not called for the longest time are loaded again when they are.
    pub loaded_versions: NonZeroUsize,
}

impl ServingConfig {
    /// How many versions are kept ready where nobody says.
    pub const LOADED_VERSIONS: NonZeroUsize = NonZeroUsize::new(256).expect("256 is not 0");
}

/// Why a version cannot serve. The text goes to whoever applies.
#[derive(Debug, thiserror::Error)]
#[error("version `{version}` cannot serve: {reason}")]
pub struct PrepareError {
    /// The version, `example.com:bar.FooService@1.0.0`.
    pub version: String,
    /// The reason, in lower case and without a full stop: `function `say-hello`
    /// is missing`.
    pub reason: String,
}

/// How a version fares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// It serves.
    Healthy {
        /// The [`VersionEntry::digest`] that serves.
        digest: Digest,
    },
    /// It is being made ready.
    Pending,
    /// It cannot serve.
    Unhealthy {
        /// Why, for people.
        reason: String,
    },
}
