//! Into a guest.

use std::sync::Arc;

use futures::StreamExt as _;
use wasmtime::Store;
use wasmtime::component::{Accessor, Func, Linker, StreamAny, Type, Val};

use super::{Pump, Pumps};
use crate::host::guest::Guest;
use crate::host::stream::{AdapterError, Source};

const TEXT: &str = include_str!("source.wat");

/// Makes streams of one element type for guests to read.
#[derive(Clone)]
pub(in crate::host) struct PumpSource(Arc<Pump>);

impl PumpSource {
    pub(super) fn new(pumps: &Pumps, element: &Type) -> Result<Self, AdapterError> {
        pumps.pump(TEXT, element, &["open"]).map(Self)
    }
}

#[cfg(test)]
impl PumpSource {
    /// Whether both are of the same compiled pump.
    pub(in crate::host) fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What a source imports, for elements of any type.
pub(super) fn link(linker: &mut Linker<Guest>) -> wasmtime::Result<()> {
    let mut root = linker.root();
    root.func_new_concurrent("pull", |accessor, _, _, results| {
        Box::pin(async move {
            results[0] = Val::List(pull(accessor).await?);
            Ok(())
        })
    })?;
    root.func_new("closed", |mut store, _, _, _| {
        store.data_mut().input = None;
        Ok(())
    })
}

/// What has arrived. The input is here while it is awaited, so that it goes with the
/// future when the pull is cancelled.
async fn pull(accessor: &Accessor<Guest>) -> wasmtime::Result<Vec<Val>> {
    let Some(mut input) = accessor.with(|mut access| access.get().input.take()) else {
        return Ok(Vec::new());
    };
    let Some(items) = input.next().await else {
        return Ok(Vec::new());
    };
    accessor.with(|mut access| access.get().input = Some(input));
    Ok(items?)
}

impl Source for PumpSource {
    type Open = Func;

    async fn open(&self, store: &mut Store<Guest>) -> wasmtime::Result<Func> {
        self.0.instantiate(store, 0).await
    }

    async fn stream(open: &Func, accessor: &Accessor<Guest>) -> wasmtime::Result<StreamAny> {
        let mut results = [Val::Bool(false)];
        open.call_concurrent(accessor, &[], &mut results).await?;
        match results {
            [Val::Stream(stream)] => Ok(stream),
            _ => Err(wasmtime::format_err!("a source opens no stream")),
        }
    }
}
