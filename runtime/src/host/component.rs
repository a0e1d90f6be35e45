//! Components, compiled and linked.

use std::io;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use tokio::sync::Semaphore;
use tokio::task;
use vimana_proto::Digest;
use wasmtime::Engine;
use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, ComponentExportIndex, InstancePre, Linker};

use super::artifacts::Artifacts;
use super::engine::{self, EngineError, EngineSettings};
use super::function::{Function, Signature};
use super::guest::Guest;
use super::instances::{Instances, Pool};
use super::stream::{AdapterError, Pumps};
use super::ticks::Ticks;
use super::turns::Turns;
use super::{context, outbound, wasi};

/// The engine with all that components are linked with.
pub(crate) struct Host {
    pub(super) engine: Engine,
    /// How many guests the engine can hold.
    capacity: NonZeroU32,
    /// One permit for each guest that the engine can hold.
    pub(super) slots: Semaphore,
    /// Those that wait for their next call.
    pub(super) instances: Arc<Instances>,
    platform: Linker<Guest>,
    platform_and_wasi: Linker<Guest>,
    with_http: Linker<Guest>,
    artifacts: Arc<Artifacts>,
    /// What moves the elements of streams.
    pub(super) pumps: Arc<Pumps>,
    /// Compilation takes a processor to itself.
    compiling: Semaphore,
    /// For guests that compute for long.
    pub(super) turns: Turns,
    /// Interrupts guests that compute.
    pub(super) ticks: Ticks,
}

/// A host that cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// What every component imports cannot be linked.
    #[error("cannot link the platform's own interfaces: {0}")]
    Link(String),
    /// The folder of artifacts cannot be used.
    #[error("cannot use the folder of artifacts `{}`", path.display())]
    Artifacts {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A component that cannot be called.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    #[error("the component's file `{}` cannot be read: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the component does not compile: {0}")]
    Compile(String),
    #[error("the component's imports cannot be satisfied: {0}")]
    Link(String),
    #[error("the component exports no function `{0}`")]
    MissingFunction(String),
    #[error("function `{0}` does not take a context and a request, or returns nothing")]
    Signature(String),
    #[error("the stream of function `{name}` cannot be moved: {source}")]
    Stream { name: String, source: AdapterError },
    #[error("the node is shutting down")]
    ShuttingDown,
}

impl Host {
    /// A host that keeps artifacts in the folder `artifacts`.
    pub(crate) fn new(settings: EngineSettings, artifacts: &Path) -> Result<Self, HostError> {
        let (engine, instances) = engine::make(settings)?;
        let ticks = Ticks::start(&engine).map_err(EngineError::Ticker)?;
        let link = |error: wasmtime::Error| HostError::Link(format!("{error:#}"));
        let mut platform = Linker::new(&engine);
        context::link(&mut platform).map_err(link)?;
        let mut platform_and_wasi = platform.clone();
        wasi::link(&mut platform_and_wasi).map_err(link)?;
        let mut with_http = platform_and_wasi.clone();
        outbound::link(&mut with_http).map_err(link)?;
        let opened =
            Artifacts::open(artifacts, &engine).map_err(|source| HostError::Artifacts {
                path: artifacts.to_owned(),
                source,
            })?;
        let artifacts = Arc::new(opened);
        let pumps = Pumps::new(&engine, Arc::clone(&artifacts)).map_err(link)?;
        Ok(Self {
            capacity: instances,
            instances: Instances::new(instances.get()),
            slots: Semaphore::new(
                usize::try_from(instances.get()).unwrap_or(Semaphore::MAX_PERMITS),
            ),
            platform,
            platform_and_wasi,
            with_http,
            artifacts,
            pumps: Arc::new(pumps),
            turns: Turns::of_machine(),
            ticks,
            compiling: Semaphore::new(available_parallelism().map_or(1, NonZeroUsize::get)),
            engine,
        })
    }

    /// How many guests run.
    pub(crate) fn running(&self) -> u32 {
        let free = u32::try_from(self.slots.available_permits()).unwrap_or(u32::MAX);
        self.capacity().saturating_sub(free)
    }

    /// How many guests may run at once.
    pub(crate) const fn capacity(&self) -> u32 {
        self.capacity.get()
    }

    /// A pool for the instances of one version.
    pub(crate) fn pool(&self) -> Pool {
        self.instances.pool()
    }

    /// Compiles the component in `file`, or loads what was compiled before, and
    /// links its imports.
    pub(crate) async fn load(
        &self,
        digest: Digest,
        file: PathBuf,
    ) -> Result<GuestComponent, LoadError> {
        let artifacts = Arc::clone(&self.artifacts);
        let engine = self.engine.clone();
        let loaded = task::spawn_blocking(move || artifacts.load(&engine, digest)).await;
        let component = match loaded.map_err(|_| LoadError::ShuttingDown)? {
            Some(component) => component,
            None => self.compile(digest, file).await?,
        };
        let ty = component.component_type();
        let imports = |prefix: &str| {
            ty.imports(&self.engine)
                .any(|(name, _)| name.starts_with(prefix))
        };
        let linker = if imports("wasi:http/") {
            &self.with_http
        } else if imports("wasi:") {
            &self.platform_and_wasi
        } else {
            &self.platform
        };
        let pre = linker
            .instantiate_pre(&component)
            .map_err(|error| LoadError::Link(format!("{error:#}")))?;
        Ok(GuestComponent { pre })
    }

    async fn compile(&self, digest: Digest, file: PathBuf) -> Result<Component, LoadError> {
        let shutting_down = |_| LoadError::ShuttingDown;
        let _permit = self.compiling.acquire().await.map_err(shutting_down)?;
        let engine = self.engine.clone();
        let artifacts = Arc::clone(&self.artifacts);
        task::spawn_blocking(move || compile(&engine, &artifacts, digest, &file))
            .await
            .map_err(|_| LoadError::ShuttingDown)?
    }

    /// Whether a component was compiled before, by this release and for this machine.
    pub(crate) async fn has_compiled(&self, digest: Digest) -> bool {
        let artifacts = Arc::clone(&self.artifacts);
        let found = task::spawn_blocking(move || artifacts.holds(digest)).await;
        found.unwrap_or(false)
    }
}

fn compile(
    engine: &Engine,
    artifacts: &Artifacts,
    digest: Digest,
    file: &Path,
) -> Result<Component, LoadError> {
    let bytes = std::fs::read(file).map_err(|source| LoadError::Read {
        path: file.to_owned(),
        source,
    })?;
    // `from_binary`, not `new`: what a node is given is never WebAssembly text.
    let component = Component::from_binary(engine, &bytes)
        .map_err(|error| LoadError::Compile(format!("{error:#}")))?;
    if let Err(error) = artifacts.save(digest, &component) {
        // The node can serve without; it only starts more slowly the next time.
        tracing::warn!(%digest, %error, "cannot keep an artifact");
    }
    Ok(component)
}

/// A component that is ready to be instantiated.
pub(crate) struct GuestComponent {
    pub(super) pre: InstancePre<Guest>,
}

impl Host {
    /// Finds the functions of methods by their names in WIT.
    pub(crate) async fn functions(
        &self,
        component: &GuestComponent,
        names: &[&str],
    ) -> Result<Vec<Function>, LoadError> {
        let found: Vec<_> = names
            .iter()
            .map(|name| component.signature(name))
            .collect::<Result<_, _>>()?;
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let pumps = Arc::clone(&self.pumps);
        task::spawn_blocking(move || {
            let made = found
                .into_iter()
                .zip(names)
                .map(|((index, signature), name)| {
                    signature
                        .with_streams(index, &pumps)
                        .map_err(|source| LoadError::Stream { name, source })
                });
            made.collect()
        })
        .await
        .map_err(|_| LoadError::ShuttingDown)?
    }
}

impl GuestComponent {
    /// Bytes of its machine code and data, which are mapped and not copied.
    pub(crate) fn code_bytes(&self) -> usize {
        let image = self.pre.component().image_range();
        image.end.addr() - image.start.addr()
    }

    fn signature(&self, name: &str) -> Result<(ComponentExportIndex, Signature), LoadError> {
        let missing = || LoadError::MissingFunction(name.to_owned());
        let (item, index) = self
            .pre
            .component()
            .get_export(None, name)
            .ok_or_else(missing)?;
        let ComponentItem::ComponentFunc(ty) = item else {
            return Err(missing());
        };
        let signature = Signature::of(&ty).ok_or_else(|| LoadError::Signature(name.to_owned()))?;
        Ok((index, signature))
    }
}
