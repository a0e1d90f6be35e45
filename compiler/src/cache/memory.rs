use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{Cache, Entry, Key};

/// The variants of an entry.
type Variants = BTreeMap<[u8; 32], Vec<u8>>;

/// A cache that ends with the process.
#[derive(Debug, Default)]
pub struct InMemory(Mutex<HashMap<Key, Variants>>);

impl InMemory {
    /// An empty cache.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many keys have entries.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<Key, Variants>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cache for InMemory {
    fn load(&self, keys: &[Key]) -> Vec<Vec<Vec<u8>>> {
        let entries = self.entries();
        keys.iter()
            .map(|key| {
                let variants = entries.get(key).into_iter();
                variants
                    .flat_map(|variants| variants.values().cloned())
                    .collect()
            })
            .collect()
    }

    fn store(&self, entries: Vec<Entry>) {
        let mut kept = self.entries();
        for entry in entries {
            kept.entry(entry.key)
                .or_default()
                .insert(entry.variant, entry.bytes);
        }
    }
}
