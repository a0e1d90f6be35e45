//! Out of a guest.

use std::sync::Arc;

use wasmtime::Store;
use wasmtime::component::{Accessor, Func, StreamAny, Type, Val};

use super::{Pump, Pumps};
use crate::host::guest::Guest;
use crate::host::stream::{AdapterError, BATCH_BYTES, BATCH_ITEMS, Drain};

const TEXT: &str = include_str!("drain.wat");

/// Elements that are read at first, when nothing is known of their size.
const FIRST_ITEMS: usize = 8;

/// Reads streams of one element type.
#[derive(Clone)]
pub(in crate::host) struct PumpDrain(Arc<Pump>);

/// A drain in one store.
pub(in crate::host) struct OpenDrain {
    attach: Func,
    next: Func,
    /// How many elements the next batch may have.
    items: usize,
}

impl PumpDrain {
    pub(super) fn new(pumps: &Pumps, element: &Type) -> Result<Self, AdapterError> {
        pumps.pump(TEXT, element, &["attach", "next"]).map(Self)
    }
}

impl Drain for PumpDrain {
    type Open = OpenDrain;

    async fn open(&self, store: &mut Store<Guest>) -> wasmtime::Result<OpenDrain> {
        let instance = self.0.pre.instantiate_async(&mut *store).await?;
        Ok(OpenDrain {
            attach: self.0.function(&instance, store, 0)?,
            next: self.0.function(&instance, store, 1)?,
            items: FIRST_ITEMS,
        })
    }

    async fn attach(
        open: &mut OpenDrain,
        accessor: &Accessor<Guest>,
        stream: StreamAny,
    ) -> wasmtime::Result<()> {
        open.attach
            .call_concurrent(accessor, &[Val::Stream(stream)], &mut [])
            .await
    }

    async fn next(open: &mut OpenDrain, accessor: &Accessor<Guest>) -> wasmtime::Result<Vec<Val>> {
        let max = u32::try_from(open.items).unwrap_or(1);
        let mut results = [Val::Bool(false)];
        open.next
            .call_concurrent(accessor, &[Val::U32(max)], &mut results)
            .await?;
        let [Val::Tuple(parts)] = results else {
            return Err(strange());
        };
        let Ok([Val::List(items), Val::U32(bytes)]) = <[Val; 2]>::try_from(parts) else {
            return Err(strange());
        };
        open.items = next_items(open.items, items.len(), bytes);
        Ok(items)
    }
}

fn strange() -> wasmtime::Error {
    wasmtime::format_err!("a drain gives no list")
}

/// How many elements to read, after a batch of `count` had `bytes`: as many as would
/// fill a batch, but at most twice as many as before, should the next be larger.
fn next_items(before: usize, count: usize, bytes: u32) -> usize {
    let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    let Some(each) = bytes.checked_div(count) else {
        return before;
    };
    let fitting = BATCH_BYTES / each.max(1);
    fitting.clamp(1, BATCH_ITEMS).min(before * 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_grow_with_small_elements_and_shrink_with_large_ones() {
        assert_eq!(next_items(8, 8, 8), 16);
        assert_eq!(next_items(64, 64, 64), 64);
        assert_eq!(next_items(64, 64, 64 * 2048), 32);
        assert_eq!(next_items(8, 1, 1 << 20), 1);
        assert_eq!(next_items(1, 1, 10), 2);
        assert_eq!(next_items(8, 0, 0), 8);
    }
}
