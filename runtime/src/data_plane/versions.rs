//! Versions and how ready they are.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::task;
use tokio::time::{Instant, timeout_at};
use vimana_interface::http::Rule;
use vimana_proto::{Digest, VersionName};

use super::interfaces::{InterfaceModel, Interfaces, Model};
use super::recent::{Bounds, Kept, Place, Recent};
use crate::host::{Function, GuestComponent, Host, LoadError, Pool};
use crate::logs::{LogHub, VersionLog};
use crate::serving::{Health, ServingConfig};
use crate::snapshot::{InterfaceEntry, VersionEntry};
use crate::telemetry::{Sink, Telemetry, VersionMetrics};

/// Bytes of all versions that are kept ready to be called.
const LOADED_BYTES: usize = 256 << 20;

/// What a loaded component takes besides its code.
const COMPONENT_BYTES: usize = 64 << 10;

/// The versions that are served, or prepared in order to be.
///
/// A version is compiled when it is put, and its machine code is kept on disk. What is
/// needed to call it is loaded with the first request, and let go when many others
/// were used since.
pub(super) struct Versions {
    host: Arc<Host>,
    logs: Arc<LogHub>,
    telemetry: Arc<Telemetry>,
    interfaces: Arc<Interfaces>,
    loaded: Recent<Ready>,
    /// Two versions may be the same component.
    components: Mutex<HashMap<Digest, Weak<GuestComponent>>>,
    slots: Mutex<HashMap<(VersionName, Digest), Arc<VersionSlot>>>,
    /// Told when a version becomes ready, or fails.
    changes: watch::Sender<()>,
}

/// A version, which becomes ready at some time. Requests in flight keep it alive
/// when it is no longer served.
pub(super) struct VersionSlot {
    entry: Arc<VersionEntry>,
    /// The name, for guests' logs.
    pub(super) label: Arc<str>,
    /// Where what its guests write goes.
    pub(super) log: Arc<VersionLog>,
    /// What is counted of its requests.
    pub(super) metrics: Arc<VersionMetrics>,
    /// Where telemetry goes, where it goes anywhere.
    pub(super) sink: Option<Arc<Sink>>,
    /// The HTTP rules of the interface; or why it cannot be read.
    rules: Result<Box<[Arc<Rule>]>, String>,
    model: Place<InterfaceModel>,
    ready: Place<Ready>,
    progress: Mutex<Progress>,
    /// Whether it could be loaded before, so that to try again may help.
    has_been_ready: AtomicBool,
    preparing: AsyncMutex<()>,
}

/// A version that can be called.
pub(super) struct Ready {
    pub(super) component: Arc<GuestComponent>,
    /// Those of its instances that serve several requests.
    pub(super) pool: Pool,
    /// For each of the interface's methods.
    functions: Vec<Option<Function>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Progress {
    Pending,
    /// It was compiled and checked, and is loaded when it is called.
    Ready,
    Failed(String),
}

impl Ready {
    /// The function of the method at `index` in the interface.
    pub(super) fn function(&self, index: usize) -> Option<&Function> {
        self.functions.get(index)?.as_ref()
    }
}

impl VersionSlot {
    /// What the version is made of.
    pub(super) fn entry(&self) -> &Arc<VersionEntry> {
        &self.entry
    }

    /// The interface, where it is [awake](Versions::awake); none where the version
    /// cannot serve for want of it.
    pub(super) fn model(&self) -> Option<Model> {
        self.model.get()
    }

    /// The HTTP rules of the interface.
    pub(super) fn rules(&self) -> &[Arc<Rule>] {
        self.rules.as_deref().unwrap_or_default()
    }

    /// What the version implements.
    pub(super) fn interface(&self) -> &Arc<InterfaceEntry> {
        &self.entry.interface
    }

    /// Whether the version can be called now.
    pub(super) fn is_ready(&self) -> bool {
        *self.progress.lock() == Progress::Ready
    }
}

impl Versions {
    pub(super) fn new(
        host: Arc<Host>,
        config: &ServingConfig,
        changes: watch::Sender<()>,
        telemetry: Arc<Telemetry>,
    ) -> Self {
        let loaded = config.loaded_versions.get();
        let bounds = Bounds {
            count: loaded,
            bytes: LOADED_BYTES,
        };
        Self {
            host,
            logs: Arc::clone(&config.logs),
            telemetry,
            interfaces: Arc::new(Interfaces::new(loaded)),
            loaded: Recent::new(bounds),
            components: Mutex::default(),
            slots: Mutex::default(),
            changes,
        }
    }

    /// The slot of a version; a new one, pending, where there is none.
    pub(super) fn slot(&self, entry: &Arc<VersionEntry>) -> Arc<VersionSlot> {
        let key = (entry.name.clone(), entry.digest);
        if let Some(slot) = self.slots.lock().get(&key) {
            return Arc::clone(slot);
        }
        let place = Place::default();
        let model = self.interfaces.model(&entry.interface);
        let progress = match &model {
            Ok(_) => Progress::Pending,
            Err(reason) => Progress::Failed(reason.clone()),
        };
        let methods = model.iter().flat_map(|model| model.names());
        let metrics = Arc::new(VersionMetrics::new(&entry.name, methods));
        let slot = Arc::new(VersionSlot {
            entry: Arc::clone(entry),
            label: entry.name.to_string().into(),
            log: self.logs.version(&entry.workspace, &entry.name),
            sink: self.telemetry.sink(entry, &metrics),
            metrics,
            rules: model.map(|model| {
                place.set(&model);
                model.rules().into()
            }),
            model: place,
            ready: Place::default(),
            progress: Mutex::new(progress),
            has_been_ready: AtomicBool::new(false),
            preparing: AsyncMutex::default(),
        });
        Arc::clone(self.slots.lock().entry(key).or_insert(slot))
    }

    /// Whether there may be interfaces that are not awake.
    pub(super) fn may_sleep(&self) -> bool {
        self.interfaces.may_sleep()
    }

    /// The interface of a version. It stays awake as long as it is held.
    pub(super) async fn awake(&self, slot: &VersionSlot) -> Result<Model, String> {
        if let Some(model) = slot.model() {
            self.interfaces.touch(&model);
            return Ok(model);
        }
        if let Err(reason) = &slot.rules {
            return Err(reason.clone());
        }
        let (interfaces, entry) = (Arc::clone(&self.interfaces), Arc::clone(slot.interface()));
        let model = task::spawn_blocking(move || interfaces.model(&entry))
            .await
            .map_err(|error| error.to_string())??;
        slot.model.set(&model);
        Ok(model)
    }

    /// Makes a version ready, unless it is. The error is the reason, for people.
    pub(super) async fn prepare(&self, slot: &VersionSlot) -> Result<(), String> {
        self.load(slot).await.map(drop)
    }

    /// Takes a version for ready whose machine code this release has made before; or
    /// else makes it ready.
    pub(super) async fn restore(&self, slot: &VersionSlot) -> Result<(), String> {
        if slot.rules.is_ok() && self.host.has_compiled(slot.entry.component).await {
            self.settle(slot, Progress::Ready);
            return Ok(());
        }
        self.prepare(slot).await
    }

    /// What a version is called by; `None` where it cannot be, or not by the deadline.
    pub(super) async fn ready(
        &self,
        slot: &VersionSlot,
        deadline: Instant,
    ) -> Option<Arc<Kept<Ready>>> {
        if let Some(ready) = slot.ready.get() {
            self.loaded.touch(&ready);
            return Some(ready);
        }
        let has_failed = matches!(*slot.progress.lock(), Progress::Failed(_));
        if has_failed && !slot.has_been_ready.load(Ordering::Relaxed) {
            return None;
        }
        timeout_at(deadline, self.load(slot)).await.ok()?.ok()
    }

    /// Loads a version, and compiles it where that was not done before.
    async fn load(&self, slot: &VersionSlot) -> Result<Arc<Kept<Ready>>, String> {
        // Those who wait for the same version get it from the one who loads it.
        let _preparing = slot.preparing.lock().await;
        if let Some(ready) = slot.ready.get() {
            return Ok(ready);
        }
        let model = self.awake(slot).await?;
        match self.make_ready(&slot.entry, &model).await {
            Ok(ready) => {
                let bytes = ready.component.code_bytes() + COMPONENT_BYTES;
                let ready = self.loaded.keep(ready, bytes);
                slot.ready.set(&ready);
                self.settle(slot, Progress::Ready);
                Ok(ready)
            }
            Err(error) => {
                let reason = error.to_string();
                tracing::error!(version = &*slot.label, reason, "a version cannot be loaded");
                self.settle(slot, Progress::Failed(reason.clone()));
                Err(reason)
            }
        }
    }

    fn settle(&self, slot: &VersionSlot, progress: Progress) {
        if progress == Progress::Ready {
            slot.has_been_ready.store(true, Ordering::Relaxed);
        }
        {
            let mut current = slot.progress.lock();
            if *current == progress {
                return;
            }
            *current = progress;
        }
        self.changes.send_replace(());
    }

    async fn make_ready(
        &self,
        entry: &VersionEntry,
        model: &InterfaceModel,
    ) -> Result<Ready, LoadError> {
        let component = self.component(entry).await?;
        let methods: Vec<_> = model.methods().collect();
        let names: Vec<_> = methods
            .iter()
            .map(|method| method.method().function.as_str())
            .collect();
        let found = self.host.functions(&component, &names).await?;
        let mut functions: Vec<_> = methods.iter().map(|_| None).collect();
        for (method, function) in methods.into_iter().zip(found) {
            functions[method.index] = Some(function);
            // Made now, so that the first request does not pay for it.
            method.codec();
        }
        Ok(Ready {
            component,
            pool: self.host.pool(),
            functions,
        })
    }

    async fn component(&self, entry: &VersionEntry) -> Result<Arc<GuestComponent>, LoadError> {
        let loaded = || {
            let components = self.components.lock();
            components.get(&entry.component).and_then(Weak::upgrade)
        };
        if let Some(component) = loaded() {
            return Ok(component);
        }
        let component = self
            .host
            .load(entry.component, entry.component_file.clone())
            .await?;
        if let Some(earlier) = loaded() {
            return Ok(earlier);
        }
        let component = Arc::new(component);
        let mut components = self.components.lock();
        components.retain(|_, component| component.strong_count() > 0);
        components.insert(entry.component, Arc::downgrade(&component));
        Ok(component)
    }

    /// Lets a version go. Requests in flight end with it.
    pub(super) fn forget(&self, entry: &VersionEntry) {
        let key = (entry.name.clone(), entry.digest);
        let slot = self.slots.lock().remove(&key);
        if let Some(ready) = slot.and_then(|slot| slot.ready.get()) {
            self.loaded.forget(&ready);
        }
    }

    pub(super) fn health(&self, entry: &VersionEntry) -> Health {
        let key = (entry.name.clone(), entry.digest);
        let slots = self.slots.lock();
        let Some(slot) = slots.get(&key) else {
            return Health::Pending;
        };
        match &*slot.progress.lock() {
            Progress::Pending => Health::Pending,
            Progress::Ready => Health::Healthy {
                digest: entry.digest,
            },
            Progress::Failed(reason) => Health::Unhealthy {
                reason: reason.clone(),
            },
        }
    }
}
