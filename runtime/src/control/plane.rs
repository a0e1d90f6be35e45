//! The order of events of a step: check, prepare, write, publish, answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt as _;
use parking_lot::Mutex;
use vimana_proto::control::v1::StepAction;
use vimana_proto::state::v1::{Resource, Spec};
use vimana_proto::{Address, Digest, Kind};

use super::checked::{self, Checked, Invalid, VersionParts};
use super::model::{Model, Part, version_entry};
use crate::serving::{PrepareError, Serving};
use crate::snapshot::{InterfaceEntry, VersionEntry};
use crate::store::{ApplyError, Moment, Progress, Restored, StepKey, Store, StoreError};

/// How many versions are prepared at a time when a node starts. Loading an
/// artifact waits for the disk as much as it computes.
const PREPARED_AT_A_TIME: usize = 8;

/// The control plane: the store and what is published of it.
pub(crate) struct ControlPlane {
    pub(super) store: Arc<Store>,
    serving: Arc<dyn Serving>,
    /// Held while a change is written and published, so that snapshots come in
    /// the order of the writes.
    order: tokio::sync::Mutex<()>,
    model: Mutex<Model>,
    /// What was restored but cannot be served, and why.
    unserved: Mutex<BTreeMap<(String, Address), String>>,
}

/// Why a step failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Invalid(#[from] Invalid),
    #[error(transparent)]
    Refused(#[from] ApplyError),
    #[error(transparent)]
    Unfit(#[from] PrepareError),
    #[error("component {0} is not on this node; upload it first")]
    NoComponent(Digest),
    #[error("component {component} has {found} bytes, but the version says {expected}")]
    OtherSize {
        component: Digest,
        found: u64,
        expected: u64,
    },
    #[error("the step was interrupted; the log of the node says why")]
    Interrupted,
}

/// A step that is done.
#[derive(Debug, Clone, Copy)]
pub(super) struct StepDone {
    /// What is served now; none after a deletion.
    pub(super) digest: Option<Digest>,
    pub(super) lease_expires_at: Moment,
}

impl ControlPlane {
    /// Reads what the store holds and publishes it. The versions that are
    /// answered are still to be made ready: [`Self::prepare_restored`].
    pub(crate) async fn restore(
        store: Arc<Store>,
        serving: Arc<dyn Serving>,
    ) -> Result<(Arc<Self>, Vec<Arc<VersionEntry>>), StoreError> {
        let publisher = Arc::clone(&serving);
        let (model, versions, unserved) = store
            .run(move |store| {
                let (mut model, versions, unserved) = rebuild(store, store.restore()?);
                publisher.set_restoring(!versions.is_empty());
                publisher.publish(model.snapshot());
                Ok::<_, StoreError>((model, versions, unserved))
            })
            .await?;
        let plane = Self {
            store,
            serving,
            order: tokio::sync::Mutex::default(),
            model: Mutex::new(model),
            unserved: Mutex::new(unserved),
        };
        Ok((Arc::new(plane), versions))
    }

    /// Makes the restored versions ready. One that cannot be made ready keeps
    /// nothing else from serving.
    pub(crate) async fn prepare_restored(&self, versions: Vec<Arc<VersionEntry>>) {
        let began = Instant::now();
        let count = versions.len();
        futures::stream::iter(versions)
            .for_each_concurrent(PREPARED_AT_A_TIME, |version| async move {
                if let Err(error) = self.serving.restore_version(&version).await {
                    tracing::error!(%error, "a version cannot be restored");
                }
                // A step may have replaced it meanwhile.
                if !self.model.lock().holds(&version) {
                    self.serving.discard_version(&version);
                }
            })
            .await;
        self.serving.set_restoring(false);
        let took = began.elapsed();
        tracing::info!(versions = count, ?took, "restored what was applied");
    }

    /// Executes a step to its end, also where the client goes away meanwhile:
    /// what was written must be published.
    pub(super) async fn step(
        self: &Arc<Self>,
        key: StepKey,
        resource: Option<Resource>,
    ) -> Result<StepDone, StepError> {
        let plane = Arc::clone(self);
        let running = {
            let key = key.clone();
            tokio::spawn(async move { plane.run_step(key, resource).await })
        };
        match running.await {
            Ok(result) => result,
            Err(error) => {
                tracing::error!(%error, "a step was interrupted");
                self.journal_failure(key, StepError::Interrupted.to_string())
                    .await;
                Err(StepError::Interrupted)
            }
        }
    }

    async fn run_step(
        &self,
        key: StepKey,
        resource: Option<Resource>,
    ) -> Result<StepDone, StepError> {
        let opened = {
            let (key, resource) = (key.clone(), resource.clone());
            self.store
                .run(move |store| store.open_step(&key, resource.as_ref()))
                .await?
        };
        let planned = match opened {
            Progress::Open { planned } => planned,
            Progress::Done { lease_expires_at } => {
                let digest = resource.and_then(|resource| resource.digest.parse().ok());
                return Ok(StepDone {
                    digest,
                    lease_expires_at,
                });
            }
        };
        let result = match (planned.action(), resource) {
            (StepAction::Put, Some(resource)) => self.put(&key, resource).await,
            _ => self.delete(&key, &planned.address).await,
        };
        match &result {
            Ok(_) => tracing::info!(
                workspace = key.workspace,
                generation = key.generation.0,
                address = planned.address,
                action = planned.action().as_str_name(),
                "step done"
            ),
            Err(error) => self.journal_failure(key, error.to_string()).await,
        }
        result
    }

    async fn put(&self, key: &StepKey, resource: Resource) -> Result<StepDone, StepError> {
        let resource = Arc::new(resource);
        let checked = self.check(key, &resource).await?;
        let part = match Part::of(checked) {
            Ok(part) => self.model.lock().share(part),
            Err(version) => Part::Version(self.prepare(key, &resource, *version).await?),
        };
        let written = self.write_and_publish(key, &resource, &part).await;
        if let (Err(_), Part::Version(version)) = (&written, &part) {
            self.serving.discard_version(version);
        }
        written
    }

    async fn check(&self, key: &StepKey, resource: &Arc<Resource>) -> Result<Checked, StepError> {
        let workspace = key.workspace.clone();
        let resource = Arc::clone(resource);
        self.store
            .run(move |store| {
                let checked = checked::resource(&resource).map_err(CheckError::Invalid)?;
                store.check_put(&workspace, &resource)?;
                Ok::<_, CheckError>(checked)
            })
            .await
            .map_err(StepError::from)
    }

    async fn prepare(
        &self,
        key: &StepKey,
        resource: &Resource,
        version: VersionParts,
    ) -> Result<Arc<VersionEntry>, StepError> {
        let files = self.store.components();
        let found = files
            .size(&version.component)
            .ok_or(StepError::NoComponent(version.component))?;
        if found != version.size_bytes {
            return Err(StepError::OtherSize {
                component: version.component,
                found,
                expected: version.size_bytes,
            });
        }
        let interface =
            self.model
                .lock()
                .interface(&version)
                .ok_or_else(|| Invalid::Undeclared {
                    address: resource.address.clone(),
                    dependency: Address::new(Kind::Interface, &version.name).to_string(),
                })?;
        let file = files.path(&version.component);
        let entry = version_entry(key.workspace.clone(), version, interface, file);
        self.serving.prepare_version(&entry).await?;
        Ok(entry)
    }

    async fn write_and_publish(
        &self,
        key: &StepKey,
        resource: &Arc<Resource>,
        part: &Part,
    ) -> Result<StepDone, StepError> {
        let address: Address = resource.address.parse().map_err(Invalid::from)?;
        let digest: Digest = resource.digest.parse().map_err(Invalid::from)?;
        let _order = self.order.lock().await;
        let lease_expires_at = {
            let (key, resource) = (key.clone(), Arc::clone(resource));
            self.store
                .run(move |store| store.put(&key, &resource))
                .await?
        };
        self.forget_unserved(&key.workspace, &address);
        let mut model = self.model.lock();
        if model.put(&key.workspace, address, digest, part.clone()) {
            self.serving.publish(model.snapshot());
        }
        Ok(StepDone {
            digest: Some(digest),
            lease_expires_at,
        })
    }

    async fn delete(&self, key: &StepKey, address: &str) -> Result<StepDone, StepError> {
        let address: Address = address.parse().map_err(Invalid::from)?;
        let _order = self.order.lock().await;
        let lease_expires_at = {
            let (key, address) = (key.clone(), address.clone());
            self.store
                .run(move |store| store.delete(&key, &address))
                .await?
        };
        self.forget_unserved(&key.workspace, &address);
        let mut model = self.model.lock();
        if model.delete(&key.workspace, &address) {
            self.serving.publish(model.snapshot());
        }
        Ok(StepDone {
            digest: None,
            lease_expires_at,
        })
    }

    async fn journal_failure(&self, key: StepKey, reason: String) {
        tracing::warn!(
            workspace = key.workspace,
            generation = key.generation.0,
            step = key.step,
            reason,
            "a step failed"
        );
        let written = self
            .store
            .run(move |store| store.fail_step(&key, &reason))
            .await;
        if let Err(error) = written {
            tracing::debug!(%error, "the failure of a step could not be written down");
        }
    }

    /// The digest that is published for a resource.
    pub(super) fn published(&self, workspace: &str, address: &Address) -> Option<Digest> {
        self.model.lock().digest(workspace, address)
    }

    /// Why a resource that was restored is not served.
    pub(super) fn unserved(&self, workspace: &str, address: &Address) -> Option<String> {
        self.unserved
            .lock()
            .get(&(workspace.to_owned(), address.clone()))
            .cloned()
    }

    pub(super) fn serving(&self) -> &dyn Serving {
        self.serving.as_ref()
    }

    fn forget_unserved(&self, workspace: &str, address: &Address) {
        self.unserved
            .lock()
            .remove(&(workspace.to_owned(), address.clone()));
    }
}

/// Either reason for which a resource is refused before it is prepared.
#[derive(Debug)]
enum CheckError {
    Invalid(Invalid),
    Refused(ApplyError),
}

impl From<StoreError> for CheckError {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<ApplyError> for CheckError {
    fn from(error: ApplyError) -> Self {
        Self::Refused(error)
    }
}

impl From<CheckError> for StepError {
    fn from(error: CheckError) -> Self {
        match error {
            CheckError::Invalid(error) => error.into(),
            CheckError::Refused(error) => error.into(),
        }
    }
}

type Interfaces = BTreeMap<Digest, Arc<InterfaceEntry>>;

type Rebuilt = (
    Model,
    Vec<Arc<VersionEntry>>,
    BTreeMap<(String, Address), String>,
);

/// Makes the model of what was restored. What this release refuses, though an
/// earlier one took it, is left out and said.
fn rebuild(store: &Store, restored: Restored) -> Rebuilt {
    let mut model = Model::default();
    let mut interfaces = Interfaces::new();
    let mut found = Vec::new();
    let mut unserved = BTreeMap::new();
    for (workspace, resource) in restored.resources {
        let (Ok(address), Ok(digest)) = (resource.address.parse(), resource.digest.parse()) else {
            continue;
        };
        match checked::resource(&resource).map(Part::of) {
            Err(error) => refuse(&mut unserved, workspace, address, error.to_string()),
            Ok(Err(version)) => found.push((workspace, address, version)),
            Ok(Ok(part)) => {
                let part = model.share(part);
                if let Part::Interface(interface) = &part {
                    interfaces.insert(digest, Arc::clone(interface));
                }
                model.put(&workspace, address, digest, part);
            }
        }
    }
    retain(restored.interfaces, &mut interfaces);

    let mut versions = Vec::new();
    for (workspace, address, version) in found {
        let Some(interface) = interfaces.get(&version.interface) else {
            let reason = "its interface cannot be restored".into();
            refuse(&mut unserved, workspace, address, reason);
            continue;
        };
        let file = store.components().path(&version.component);
        let entry = version_entry(workspace.clone(), *version, Arc::clone(interface), file);
        versions.push(Arc::clone(&entry));
        model.put(&workspace, address, entry.digest, Part::Version(entry));
    }
    (model, versions, unserved)
}

fn refuse(
    unserved: &mut BTreeMap<(String, Address), String>,
    workspace: String,
    address: Address,
    reason: String,
) {
    tracing::error!(workspace, %address, reason, "a resource cannot be restored");
    unserved.insert((workspace, address), reason);
}

/// Adds the interfaces that only a version holds, because their own resources
/// have changed since.
fn retain(specs: BTreeMap<Digest, Spec>, interfaces: &mut Interfaces) {
    for (digest, spec) in specs {
        let Some(address) = spec.address() else {
            continue;
        };
        if interfaces.contains_key(&digest) {
            continue;
        }
        let resource = Resource {
            address: address.to_string(),
            digest: digest.to_string(),
            spec: Some(spec),
            ..Resource::default()
        };
        if let Ok(Checked::Interface(interface)) = checked::resource(&resource) {
            interfaces.insert(digest, Arc::new(interface));
        }
    }
}
