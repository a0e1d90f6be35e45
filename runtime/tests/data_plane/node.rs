//! A data plane on a socket of its own.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use vimana_proto::{Digest, ServiceName, VersionName};
use vimana_runtime::data_plane::{DataPlane, Selector};
use vimana_runtime::{
    DescriptorSet, InterfaceEntry, Limits, Listener, LogHub, ServiceEntry, Serving, ServingConfig,
    Snapshot, Target, TelemetrySettings, TlsFiles, VariableSource, VersionEntry,
};

use crate::guest;

pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    pub(crate) plane: Arc<DataPlane>,
    pub(crate) folder: TempDir,
    pub(crate) logs: Arc<LogHub>,
    snapshot: Mutex<Arc<Snapshot>>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
}

/// A version to serve: its component, the interface and its share of the traffic.
pub(crate) struct Version<'a> {
    pub(crate) semver: &'a str,
    pub(crate) component: Vec<u8>,
    pub(crate) proto: String,
    pub(crate) weight: u32,
}

impl<'a> Version<'a> {
    pub(crate) fn new(semver: &'a str, component: Vec<u8>, weight: u32) -> Self {
        Self {
            semver,
            component,
            proto: guest::proto(""),
            weight,
        }
    }
}

pub(crate) const LIMITS: Limits = Limits {
    memory_bytes: 8 << 20,
    timeout: Duration::from_secs(20),
    request_bytes: 1 << 20,
    response_bytes: 1 << 20,
    cpu_time: Duration::from_secs(20),
    ..Limits::DEFAULT
};

/// Fewer than a test may serve.
pub(crate) const KEPT: NonZeroUsize = NonZeroUsize::new(4).unwrap();

impl Node {
    pub(crate) async fn start() -> Self {
        let selector = Box::new(|_| unreachable!("only one version is served"));
        Self::start_in(tempfile::tempdir().unwrap(), selector).await
    }

    pub(crate) async fn start_in(folder: TempDir, selector: Selector) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let telemetry = TelemetrySettings::default();
        Self::start_on(listener.into(), address, folder, selector, telemetry)
    }

    /// A node that draws versions in turn, and tells of its requests.
    pub(crate) async fn telling(telemetry: TelemetrySettings) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let next = AtomicU64::new(0);
        let selector = Box::new(move |total| next.fetch_add(1, Ordering::Relaxed) % total);
        let folder = tempfile::tempdir().unwrap();
        Self::start_on(listener.into(), address, folder, selector, telemetry)
    }

    /// A node whose connections are secured.
    pub(crate) async fn start_secured(files: TlsFiles) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let listener = Listener::secured(listener, files).await.unwrap();
        let selector = Box::new(|_| unreachable!("only one version is served"));
        let telemetry = TelemetrySettings::default();
        let folder = tempfile::tempdir().unwrap();
        Self::start_on(listener, address, folder, selector, telemetry)
    }

    fn start_on(
        listener: Listener,
        address: SocketAddr,
        folder: TempDir,
        selector: Selector,
        telemetry: TelemetrySettings,
    ) -> Self {
        let logs = LogHub::new();
        let config = ServingConfig {
            artifacts: folder.path().join("artifacts"),
            control: None,
            logs: Arc::clone(&logs),
            loaded_versions: KEPT,
            telemetry,
        };
        let plane = Arc::new(DataPlane::with_selector(&config, selector).unwrap());
        let stop = CancellationToken::new();
        let serving = tokio::spawn(Arc::clone(&plane).serve(listener, stop.clone()));
        Self {
            address,
            plane,
            folder,
            logs,
            snapshot: Mutex::default(),
            stop,
            serving,
        }
    }

    /// A node with one service of one version.
    pub(crate) async fn serving(component: Vec<u8>) -> Self {
        Self::limited(component, LIMITS).await
    }

    pub(crate) async fn limited(component: Vec<u8>, limits: Limits) -> Self {
        let node = Self::start().await;
        let version = Version::new("1.0.0", component, 1);
        node.put("example.com:bar.FooService", limits, vec![version])
            .await;
        node
    }

    /// Prepares and publishes a service beside those that are there.
    pub(crate) async fn put(&self, name: &str, limits: Limits, versions: Vec<Version<'_>>) {
        let entry = self.entry(name, limits, versions);
        for version in entry.versions.values() {
            self.plane.prepare_version(version).await.unwrap();
        }
        self.publish(entry);
    }

    pub(crate) fn publish(&self, entry: ServiceEntry) {
        self.change(|services| {
            services.insert(entry.name.clone(), Arc::new(entry));
        });
    }

    pub(crate) fn remove(&self, name: &str) {
        let name: ServiceName = name.parse().unwrap();
        self.change(|services| {
            services.remove(&name);
        });
    }

    /// Declares a variable of the workspace.
    pub(crate) fn declare(&self, name: &str, source: VariableSource) {
        let mut snapshot = self.snapshot.lock();
        let mut next = Snapshot::clone(&snapshot);
        next.number += 1;
        let key = ("acme".to_owned(), name.to_owned());
        Arc::make_mut(&mut next.variables).insert(key, source);
        *snapshot = Arc::new(next);
        self.plane.publish(Arc::clone(&snapshot));
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<ServiceName, Arc<ServiceEntry>>)) {
        let mut snapshot = self.snapshot.lock();
        let mut next = Snapshot {
            number: snapshot.number + 1,
            services: snapshot.services.clone(),
            described: Arc::clone(&snapshot.described),
            variables: Arc::clone(&snapshot.variables),
        };
        change(&mut next.services);
        *snapshot = Arc::new(next);
        self.plane.publish(Arc::clone(&snapshot));
    }

    pub(crate) fn entry(
        &self,
        name: &str,
        limits: Limits,
        versions: Vec<Version<'_>>,
    ) -> ServiceEntry {
        let name: ServiceName = name.parse().unwrap();
        let mut entry = ServiceEntry {
            name: name.clone(),
            workspace: "acme".to_owned(),
            limits,
            outbound_hosts: Arc::new([]),
            requests_per_instance: NonZeroU32::MIN,
            cors: None,
            json: vimana_interface::codec::JsonOptions::default(),
            versions: BTreeMap::new(),
            targets: Vec::new(),
            sticky: None,
            shadows: Vec::new(),
            auth: None,
        };
        for version in versions {
            let semver: semver::Version = version.semver.parse().unwrap();
            if version.weight > 0 {
                entry.targets.push(Target {
                    version: semver.clone(),
                    weight: version.weight,
                });
            }
            let made = self.version(&name, semver.clone(), &version);
            entry.versions.insert(semver, Arc::new(made));
        }
        entry
    }

    fn version(
        &self,
        service: &ServiceName,
        semver: semver::Version,
        version: &Version<'_>,
    ) -> VersionEntry {
        let name = VersionName {
            service: service.clone(),
            version: semver,
        };
        let component = Digest::of(&version.component);
        let descriptors = guest::descriptor_set(&version.proto);
        let interface = Digest::of(&descriptors);
        VersionEntry {
            workspace: "acme".to_owned(),
            digest: Digest::of(format!("{name} {component} {interface}").as_bytes()),
            component,
            component_file: self.store(component, &version.component),
            interface: Arc::new(InterfaceEntry {
                name: name.clone(),
                digest: interface,
                protobuf_service: service.protobuf().to_owned(),
                descriptors: DescriptorSet::decode(descriptors.into()).unwrap(),
                comments: Box::default(),
            }),
            otlp: None,
            name,
        }
    }

    fn store(&self, digest: Digest, component: &[u8]) -> PathBuf {
        let path = self.folder.path().join(digest.hex());
        std::fs::write(&path, component).unwrap();
        path
    }

    /// Stops gracefully, and gives the folder for another node.
    pub(crate) async fn stop(self) -> TempDir {
        self.stop.cancel();
        self.serving.await.unwrap();
        self.folder
    }
}
