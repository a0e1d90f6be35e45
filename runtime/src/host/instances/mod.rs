//! Instances that serve several calls, one after the other.
//!
//! A service that says `instances: REUSE` gives up that a call finds nothing of those
//! before it, in the memory of the guest itself: whatever its globals hold, it may
//! keep. All else is exchanged between two calls, see [`Guest::begin`].
//!
//! # Invariants
//!
//! - An instance serves one call at a time, and no two services or versions.
//! - It is not used again after a trap, a refusal of memory, a deadline or a limit that
//!   it met, when its caller went away, or while it holds anything of the host's that
//!   belongs to a call, like an HTTP request.
//! - While it waits, it has nothing of its last caller but what the guest itself kept.
//! - Those that wait are bounded in number, memory and time, and give way to others.
//! - Functions that are `async` in WIT have fresh instances: such a guest may go on
//!   after its answer, and would do so in the name of the next caller.

mod stock;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};
use wasmtime::Store;
use wasmtime::component::Instance as ComponentInstance;

use super::guest::Guest;
use crate::snapshot::Limits;
use stock::{Bounds, Stock};

/// How long an instance waits for its next call.
const IDLE: Duration = Duration::from_secs(30);

/// Bytes of memory that all have that wait.
const IDLE_BYTES: usize = 256 << 20;

/// A guest in its store.
pub(super) struct Instance {
    pub(super) store: Store<Guest>,
    /// None before the first call.
    pub(super) instance: Option<ComponentInstance>,
}

/// The instances of a node that wait for a call.
pub(super) struct Instances {
    waiting: Mutex<Waiting>,
    next_pool: AtomicU64,
}

struct Waiting {
    stock: Stock<Instance>,
    /// Whether a task lets go those that wait for long.
    is_watched: bool,
}

/// The instances of one version. Where it is dropped, those that wait go with it.
pub(crate) struct Pool {
    id: u64,
    instances: Arc<Instances>,
}

impl Instances {
    /// For a node that holds so many guests.
    pub(super) fn new(capacity: u32) -> Arc<Self> {
        let count = usize::try_from(capacity / 4).unwrap_or(usize::MAX).max(1);
        let bounds = Bounds {
            count,
            bytes: IDLE_BYTES,
            idle: IDLE,
        };
        Arc::new(Self {
            waiting: Mutex::new(Waiting {
                stock: Stock::new(bounds),
                is_watched: false,
            }),
            next_pool: AtomicU64::new(0),
        })
    }

    /// A pool for one version.
    pub(super) fn pool(self: &Arc<Self>) -> Pool {
        Pool {
            id: self.next_pool.fetch_add(1, Ordering::Relaxed),
            instances: Arc::clone(self),
        }
    }

    /// Lets go all that wait, for a guest that finds no room. Whether there were any.
    pub(super) fn give_way(&self) -> bool {
        let gone = self.waiting.lock().stock.clear();
        !gone.is_empty()
    }

    fn put(self: &Arc<Self>, pool: u64, instance: Instance) {
        let bytes = instance.store.data().memory.used();
        let mut waiting = self.waiting.lock();
        let gone = waiting.stock.put(pool, instance, bytes, Instant::now());
        let is_watched = std::mem::replace(&mut waiting.is_watched, true);
        // A store that goes gives its memory back, which takes a while.
        drop(waiting);
        drop(gone);
        if !is_watched {
            tokio::spawn(watch(Arc::downgrade(self)));
        }
    }
}

/// Lets go what waits for long, until nothing waits.
async fn watch(instances: Weak<Instances>) {
    loop {
        let next = {
            let Some(instances) = instances.upgrade() else {
                return;
            };
            let mut waiting = instances.waiting.lock();
            let (gone, next) = waiting.stock.expire(Instant::now());
            waiting.is_watched = next.is_some();
            drop(waiting);
            drop(gone);
            next
        };
        let Some(next) = next else {
            return;
        };
        sleep_until(next).await;
    }
}

impl Pool {
    /// An instance that has served before and may serve a call of these limits.
    pub(super) fn take(&self, limits: &Limits, requests: u32) -> Option<Instance> {
        let taken = self.instances.waiting.lock().stock.take(self.id)?;
        // The limits may have become lower since.
        let guest = taken.store.data();
        (guest.memory.fits(limits.memory_bytes) && guest.served < requests).then_some(taken)
    }

    /// Keeps an instance for the next call, where it may serve `requests` in all.
    pub(super) fn put(&self, mut instance: Instance, requests: u32) {
        if instance.store.data_mut().end(requests) {
            self.instances.put(self.id, instance);
        }
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let gone = self.instances.waiting.lock().stock.remove(self.id);
        drop(gone);
    }
}
