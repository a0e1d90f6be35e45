//! The pump: a component that is made for an element type and moves its streams.
//!
//! Elements as `stream.read` leaves them in a memory lie there as the elements of a
//! list do, and `stream.write` takes them from there as a list has them. So a core
//! module can turn a list into a stream, or a stream into lists, and needs to know
//! nothing of the elements but their size. The host in turn moves lists of dynamic
//! values. The text is in `heap.wat`, `source.wat` and `drain.wat`.
//!
//! Compiled once for an element type, whichever components and methods have it, for as
//! long as anybody uses it.

mod drain;
mod source;

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use vimana_proto::Digest;
use wasmtime::component::{
    Component, ComponentExportIndex, Func, Instance, InstancePre, Linker, Type,
};
use wasmtime::{Engine, Store};

use super::element::{Definitions, Layout};
use super::{Adapter, AdapterError};
use crate::host::artifacts::Artifacts;
use crate::host::guest::Guest;

pub(in crate::host) use drain::PumpDrain;
pub(in crate::host) use source::PumpSource;

const HEAP: &str = include_str!("heap.wat");

/// The pumps that are in use.
pub(in crate::host) struct Pumps {
    engine: Engine,
    artifacts: Arc<Artifacts>,
    linker: Linker<Guest>,
    /// By the digest of their text.
    made: Mutex<HashMap<Digest, Weak<Pump>>>,
}

/// A compiled pump.
struct Pump {
    pre: InstancePre<Guest>,
    exports: Vec<ComponentExportIndex>,
}

impl Pumps {
    pub(in crate::host) fn new(
        engine: &Engine,
        artifacts: Arc<Artifacts>,
    ) -> wasmtime::Result<Self> {
        let mut linker = Linker::new(engine);
        source::link(&mut linker)?;
        Ok(Self {
            engine: engine.clone(),
            artifacts,
            linker,
            made: Mutex::default(),
        })
    }

    /// The pump of a text, which must have these exports.
    fn pump(
        &self,
        text: &str,
        element: &Type,
        exports: &[&str],
    ) -> Result<Arc<Pump>, AdapterError> {
        let text = component_text(text, element)?;
        let digest = Digest::of(text.as_bytes());
        let made = || self.made.lock().get(&digest).and_then(Weak::upgrade);
        if let Some(pump) = made() {
            return Ok(pump);
        }
        // Not under the lock, since it takes milliseconds; two that are made at once
        // are equal.
        let pump = self
            .compile(&text, digest, exports)
            .map_err(|error| AdapterError::Compile(format!("{error:#}")))?;
        if let Some(earlier) = made() {
            return Ok(earlier);
        }
        let pump = Arc::new(pump);
        let mut all = self.made.lock();
        all.retain(|_, pump| pump.strong_count() > 0);
        all.insert(digest, Arc::downgrade(&pump));
        Ok(pump)
    }

    fn make(&self, text: &str, digest: Digest) -> wasmtime::Result<Component> {
        let binary = wat::parse_str(text)?;
        let component = Component::from_binary(&self.engine, &binary)?;
        if let Err(error) = self.artifacts.save(digest, &component) {
            // As with the components of services.
            tracing::warn!(%digest, %error, "cannot keep the artifact of a pump");
        }
        Ok(component)
    }

    fn compile(&self, text: &str, digest: Digest, exports: &[&str]) -> wasmtime::Result<Pump> {
        let kept = self.artifacts.load(&self.engine, digest);
        let component = kept.map_or_else(|| self.make(text, digest), Ok)?;
        let export = |name: &&str| {
            let found = component.get_export_index(None, name);
            found.ok_or_else(|| wasmtime::format_err!("a pump lacks `{name}`"))
        };
        Ok(Pump {
            exports: exports.iter().map(export).collect::<Result<_, _>>()?,
            pre: self.linker.instantiate_pre(&component)?,
        })
    }
}

impl Adapter for Pumps {
    type Source = PumpSource;
    type Drain = PumpDrain;

    fn source(&self, element: &Type) -> Result<PumpSource, AdapterError> {
        PumpSource::new(self, element)
    }

    fn drain(&self, element: &Type) -> Result<PumpDrain, AdapterError> {
        PumpDrain::new(self, element)
    }
}

fn component_text(text: &str, element: &Type) -> Result<String, AdapterError> {
    let mut definitions = Definitions::default();
    let name = definitions.reference(element)?;
    let size = Layout::of(element)?.size;
    Ok(format!("(component\n{HEAP}\n{text})\n")
        .replace("{TYPES}", definitions.text())
        .replace("{ELEMENT}", &name)
        .replace("{SIZE}", &size.to_string()))
}

impl Pump {
    /// A fresh instance's function, by its place among the exports.
    async fn instantiate(&self, store: &mut Store<Guest>, export: usize) -> wasmtime::Result<Func> {
        let instance = self.pre.instantiate_async(&mut *store).await?;
        self.function(&instance, store, export)
    }

    fn function(
        &self,
        instance: &Instance,
        store: &mut Store<Guest>,
        export: usize,
    ) -> wasmtime::Result<Func> {
        instance
            .get_func(store, self.exports[export])
            .ok_or_else(|| wasmtime::format_err!("a function of a pump is gone"))
    }
}
