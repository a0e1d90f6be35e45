//! Versions and how ready they are.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock, Weak};

use parking_lot::Mutex;
use tokio::sync::{Mutex as AsyncMutex, watch};
use tokio::time::{Instant, timeout_at};
use vimana_proto::{Digest, VersionName};

use super::interfaces::{InterfaceModel, Interfaces};
use crate::host::{Function, GuestComponent, Host, LoadError, Pool};
use crate::logs::{LogHub, VersionLog};
use crate::serving::Health;
use crate::snapshot::{InterfaceEntry, VersionEntry};
use crate::telemetry::VersionMetrics;

/// The versions that are served, or prepared in order to be.
pub(super) struct Versions {
    host: Arc<Host>,
    logs: Arc<LogHub>,
    interfaces: Interfaces,
    /// Two versions may be the same component.
    components: Mutex<HashMap<Digest, Weak<GuestComponent>>>,
    slots: Mutex<HashMap<(VersionName, Digest), Arc<VersionSlot>>>,
}

/// A version, which becomes ready at some time. Requests in flight keep it alive
/// when it is no longer served.
pub(super) struct VersionSlot {
    entry: Arc<VersionEntry>,
    /// The name, for guests' logs.
    pub(super) label: Arc<str>,
    /// Where what its guests write goes.
    pub(super) log: Arc<VersionLog>,
    model: Result<Arc<InterfaceModel>, String>,
    /// What is counted of its requests.
    pub(super) metrics: Arc<VersionMetrics>,
    ready: OnceLock<Ready>,
    progress: watch::Sender<Progress>,
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

    /// The interface; none where the version cannot serve for want of it.
    pub(super) fn model(&self) -> Option<&Arc<InterfaceModel>> {
        self.model.as_ref().ok()
    }

    /// What the version implements.
    pub(super) fn interface(&self) -> &Arc<InterfaceEntry> {
        &self.entry.interface
    }

    /// Whether the version can be called now.
    pub(super) fn is_ready(&self) -> bool {
        self.ready.get().is_some()
    }

    /// The version once it is ready; `None` where it failed, or is not ready at
    /// the deadline.
    pub(super) async fn ready(&self, deadline: Instant) -> Option<&Ready> {
        if let Some(ready) = self.ready.get() {
            return Some(ready);
        }
        let mut progress = self.progress.subscribe();
        let settled = progress.wait_for(|progress| *progress != Progress::Pending);
        let _ = timeout_at(deadline, settled).await;
        self.ready.get()
    }
}

impl Versions {
    pub(super) fn new(host: Arc<Host>, logs: Arc<LogHub>) -> Self {
        Self {
            host,
            logs,
            interfaces: Interfaces::default(),
            components: Mutex::default(),
            slots: Mutex::default(),
        }
    }

    /// The slot of a version; a new one, pending, where there is none.
    pub(super) fn slot(&self, entry: &Arc<VersionEntry>) -> Arc<VersionSlot> {
        let key = (entry.name.clone(), entry.digest);
        if let Some(slot) = self.slots.lock().get(&key) {
            return Arc::clone(slot);
        }
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
            metrics,
            model,
            ready: OnceLock::new(),
            progress: watch::Sender::new(progress),
            preparing: AsyncMutex::default(),
        });
        Arc::clone(self.slots.lock().entry(key).or_insert(slot))
    }

    /// Makes a version ready, unless it is. The error is the reason, for people.
    pub(super) async fn prepare(&self, slot: &VersionSlot) -> Result<(), String> {
        let _preparing = slot.preparing.lock().await;
        if slot.ready.get().is_some() {
            return Ok(());
        }
        let model = slot.model.as_ref().map_err(Clone::clone)?;
        slot.progress.send_replace(Progress::Pending);
        match self.make_ready(&slot.entry, model).await {
            Ok(ready) => {
                // `set` cannot fail: this is done under the lock, once.
                let _ = slot.ready.set(ready);
                slot.progress.send_replace(Progress::Ready);
                Ok(())
            }
            Err(error) => {
                let reason = error.to_string();
                slot.progress.send_replace(Progress::Failed(reason.clone()));
                Err(reason)
            }
        }
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
        self.slots
            .lock()
            .remove(&(entry.name.clone(), entry.digest));
    }

    pub(super) fn health(&self, entry: &VersionEntry) -> Health {
        let key = (entry.name.clone(), entry.digest);
        let slots = self.slots.lock();
        let Some(slot) = slots.get(&key) else {
            return Health::Pending;
        };
        match &*slot.progress.borrow() {
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
