//! Telemetry on its way to receivers.
//!
//! # Invariants
//!
//! - No request waits for a receiver, nor for a lock that is held while one is waited
//!   for. What finds no room is dropped and counted.
//! - Versions with the same endpoint and headers share queues and connections.
//! - The values of headers are read when something is sent, and kept nowhere.

mod counts;
mod exporter;
mod failure;
mod grpc;
mod headers;
mod http;
mod queue;
mod remote;
mod retry;
mod sink;
mod tls;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime};

use arc_swap::ArcSwap;
use futures::StreamExt as _;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use counts::{Count, Counts, Signal};
pub(crate) use sink::{CallTrace, Sink};

use super::metrics::VersionMetrics;
use super::otlp::Resource;
use super::settings::TelemetrySettings;
use crate::snapshot::{Exporter as Settings, Variables, VersionEntry};
use exporter::Exporter;
use remote::Clients;

/// To how many receivers metrics go at once.
const RECEIVERS_AT_ONCE: usize = 8;

/// The telemetry of a node.
pub(crate) struct Telemetry(Arc<Shared>);

/// What all exporters share.
pub(crate) struct Shared {
    settings: TelemetrySettings,
    /// Tells this node's instances from those of others.
    instance: String,
    variables: ArcSwap<Variables>,
    clients: Clients,
    counts: Arc<Counts>,
    exporters: Mutex<Exporters>,
    /// Cancelled when the node stops.
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// The exporters that versions use, by workspace and settings.
#[derive(Default)]
struct Exporters {
    known: HashMap<(String, Settings), Weak<Exporter>>,
    /// Whether a task sends their metrics.
    are_reported: bool,
}

impl Telemetry {
    pub(crate) fn new(settings: TelemetrySettings) -> Self {
        Self(Arc::new(Shared {
            settings,
            instance: uuid::Uuid::new_v4().to_string(),
            variables: ArcSwap::default(),
            clients: Clients::default(),
            counts: Arc::default(),
            exporters: Mutex::default(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }))
    }

    /// What was sent, and what was not.
    pub(crate) fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.0.counts)
    }

    /// The variables that headers may name, from now on.
    pub(crate) fn set_variables(&self, variables: Arc<Variables>) {
        self.0.variables.store(variables);
    }

    /// Where a version's telemetry goes; none where it goes nowhere.
    pub(crate) fn sink(
        &self,
        version: &VersionEntry,
        metrics: &Arc<VersionMetrics>,
    ) -> Option<Arc<Sink>> {
        let settings = version.otlp.as_ref()?;
        let shared = &self.0;
        let resource = Resource::new(&version.name, &shared.instance, &shared.settings.resource);
        let exporter = shared.exporter(&version.workspace, settings);
        let sink = Sink::new(resource, Arc::clone(metrics), Arc::clone(&exporter));
        let sink = Arc::new(sink);
        exporter.add(&sink);
        Some(sink)
    }

    /// Sends what is left, for as long as the node waits.
    pub(crate) async fn finish(&self) {
        let shared = &self.0;
        shared.stop.cancel();
        shared.tasks.close();
        let farewell = shared.settings.farewell;
        if tokio::time::timeout(farewell, shared.tasks.wait())
            .await
            .is_err()
        {
            tracing::warn!(
                ?farewell,
                "receivers of telemetry do not answer, and are left"
            );
        }
    }
}

impl Shared {
    fn exporter(self: &Arc<Self>, workspace: &str, settings: &Settings) -> Arc<Exporter> {
        let key = (workspace.to_owned(), settings.clone());
        let mut exporters = self.exporters.lock();
        if let Some(exporter) = exporters.known.get(&key).and_then(Weak::upgrade) {
            return exporter;
        }
        let known = &mut exporters.known;
        known.retain(|_, exporter| exporter.strong_count() > 0);
        let exporter = Arc::new(Exporter::new(workspace, settings, self));
        known.insert(key, Arc::downgrade(&exporter));
        // Without a runtime there are no requests either.
        if !exporters.are_reported
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            exporters.are_reported = true;
            let task = send_metrics(Arc::downgrade(self), self.stop.clone());
            self.tasks.spawn_on(task, &runtime);
        }
        exporter
    }
}

/// Sends metrics at intervals, and a last time when the node stops. Ends where nothing
/// is exported any more.
async fn send_metrics(shared: Weak<Shared>, stop: CancellationToken) {
    loop {
        let Some(interval) = shared
            .upgrade()
            .map(|shared| shared.settings.metric_interval)
        else {
            return;
        };
        let is_last = stop
            .run_until_cancelled(tokio::time::sleep(interval))
            .await
            .is_none();
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let exporters = {
            let mut exporters = shared.exporters.lock();
            let found: Vec<_> = exporters.known.values().filter_map(Weak::upgrade).collect();
            if found.is_empty() {
                exporters.are_reported = false;
                return;
            }
            found
        };
        let now = SystemTime::now();
        // What a receiver does not take in time, the next report has as well.
        let patience = shared.settings.timeout.max(Duration::from_millis(1));
        futures::stream::iter(exporters)
            .for_each_concurrent(RECEIVERS_AT_ONCE, |exporter| async move {
                exporter.send_metrics(now, patience).await;
            })
            .await;
        if is_last {
            return;
        }
    }
}
