//! Versions that get a copy of each request, and whose answers are dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::{Bytes, BytesMut};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::Val;

use crate::data_plane::interfaces::MethodModel;
use crate::data_plane::versions::{VersionSlot, Versions};
use crate::snapshot::ServiceEntry;

/// How many copies a shadow works on at once.
const AT_ONCE: usize = 16;
/// How many copies wait or are worked on.
const COPIES: usize = 256;
/// How many bytes those hold together.
const BYTES: u32 = 32 << 20;

/// The shadows of a service. Cheap to clone.
#[derive(Clone, Default)]
pub(in crate::data_plane) struct Shadows(Option<Arc<[Arc<Shadow>]>>);

/// A version that gets copies.
pub(in crate::data_plane) struct Shadow {
    pub(in crate::data_plane) slot: Arc<VersionSlot>,
    turns: Arc<Semaphore>,
    copies: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
    dropped: AtomicU64,
}

/// A request that waits for a shadow.
pub(in crate::data_plane) struct Copy {
    pub(in crate::data_plane) shadow: Arc<Shadow>,
    pub(in crate::data_plane) method: Arc<MethodModel>,
    message: Bytes,
    _room: [OwnedSemaphorePermit; 2],
}

impl Shadows {
    pub(in crate::data_plane) fn new(entry: &ServiceEntry, versions: &Versions) -> Self {
        let shadows = entry.shadows.iter();
        let shadows: Arc<[_]> = shadows
            .filter_map(|version| entry.versions.get(version))
            .map(|version| Arc::new(Shadow::new(versions.slot(version))))
            .collect();
        Self((!shadows.is_empty()).then_some(shadows))
    }

    /// The versions.
    pub(in crate::data_plane) fn slots(&self) -> impl Iterator<Item = &Arc<VersionSlot>> {
        let shadows = self.0.iter().flat_map(|shadows| shadows.iter());
        shadows.map(|shadow| &shadow.slot)
    }

    /// The copies of a request with one message: one for each shadow that has the
    /// method and has room.
    pub(in crate::data_plane) fn copies(&self, method: &MethodModel, message: &Val) -> Vec<Copy> {
        let Some(shadows) = &self.0 else {
            return Vec::new();
        };
        let mut encoded = BytesMut::new();
        if method
            .codec()
            .request
            .to_protobuf(message, &mut encoded)
            .is_err()
        {
            return Vec::new();
        }
        let message = encoded.freeze();
        let shadows = shadows.iter();
        shadows
            .filter_map(|shadow| shadow.copy(method.name(), &message))
            .collect()
    }
}

impl Shadow {
    fn new(slot: Arc<VersionSlot>) -> Self {
        Self {
            slot,
            turns: Arc::new(Semaphore::new(AT_ONCE)),
            copies: Arc::new(Semaphore::new(COPIES)),
            bytes: Arc::new(Semaphore::new(BYTES as usize)),
            dropped: AtomicU64::new(0),
        }
    }

    /// A copy of a request, where this version has the method, and has room.
    fn copy(self: &Arc<Self>, method: &str, message: &Bytes) -> Option<Copy> {
        let model = self.slot.model()?;
        let method = Arc::clone(model.method(method)?);
        let room = || {
            let bytes = u32::try_from(message.len()).ok()?;
            let copy = Arc::clone(&self.copies).try_acquire_owned().ok()?;
            let bytes = Arc::clone(&self.bytes).try_acquire_many_owned(bytes).ok()?;
            Some([copy, bytes])
        };
        let Some(room) = room() else {
            self.count_dropped();
            return None;
        };
        Some(Copy {
            shadow: Arc::clone(self),
            method,
            message: message.clone(),
            _room: room,
        })
    }

    /// Says so at the first, and then ever less often: a flood is no reason to write
    /// a line for each of its requests.
    fn count_dropped(&self) {
        let dropped = self.dropped.fetch_add(1, Ordering::Relaxed) + 1;
        if dropped.is_power_of_two() {
            tracing::warn!(
                version = &*self.slot.label,
                dropped,
                "a shadow is too slow, and copies are dropped"
            );
        }
    }
}

impl Copy {
    /// Waits for its turn. The turn lasts as long as the permit is held.
    pub(in crate::data_plane) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shadow.turns).acquire_owned().await.ok()
    }

    /// The message as this version's definition reads it; `None` where it does not.
    pub(in crate::data_plane) fn message(&self) -> Option<Val> {
        self.method
            .codec()
            .request
            .from_protobuf(&self.message)
            .ok()
    }
}
