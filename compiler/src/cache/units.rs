use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
use sha2::{Digest as _, Sha256};
use vimana_proto::Digest;

use super::entry::content;
use super::{Cache, Entry, Key};
use crate::compile::Options;
use crate::discovery::{Files, Folder};
use crate::settings::Settings;
use crate::source::{ContentId, RepoPath, Source};
use crate::texts::{Inputs, Seen};
use crate::unit::{self, Unit};

/// The units of one compilation in a cache.
pub(crate) struct Units<'a> {
    cache: &'a dyn Cache,
    source: &'a dyn Source,
    listed: &'a Files,
    compilation: Key,
    /// What files hold, of those that had to be read to be known.
    read: Mutex<HashMap<RepoPath, Option<ContentId>>>,
    /// The descriptors that units share, by their keys; none where one is lost.
    descriptors: Mutex<HashMap<Key, Option<Arc<[u8]>>>>,
    /// Those that this compilation has kept.
    kept: Mutex<HashSet<Key>>,
}

impl<'a> Units<'a> {
    pub(crate) fn new(
        cache: &'a dyn Cache,
        source: &'a dyn Source,
        listed: &'a Files,
        options: &Options,
        settings: &Settings,
    ) -> Self {
        Self {
            cache,
            source,
            listed,
            compilation: Key::of_compilation(options, settings),
            read: Mutex::default(),
            descriptors: Mutex::default(),
            kept: Mutex::default(),
        }
    }

    /// The units of `folders` that are kept and current, in their order.
    pub(crate) fn load(&self, folders: &[(&RepoPath, &Folder)]) -> Vec<Option<Unit>> {
        let keys: Vec<_> = folders
            .iter()
            .map(|(path, folder)| Key::of_folder(self.compilation, path, folder))
            .collect();
        let found = self.cache.load(&keys);
        let found: Vec<_> = keys.into_iter().zip(found).collect();
        found
            .into_par_iter()
            .map(|(key, variants)| {
                let mut variants = variants.iter();
                variants.find_map(|bytes| {
                    unit::decode(
                        content(key, bytes)?,
                        |digest| self.descriptor(Key::from_bytes(*digest.as_bytes())),
                        |inputs| self.is_current(inputs),
                    )
                })
            })
            .collect()
    }

    /// The key of the unit of a folder.
    pub(super) fn key(&self, path: &RepoPath, folder: &Folder) -> Key {
        Key::of_folder(self.compilation, path, folder)
    }

    pub(super) fn key_of_page(&self, number: usize, count: usize) -> Key {
        Key::of_page(self.compilation, number, count)
    }

    pub(super) fn cache(&self) -> &'a dyn Cache {
        self.cache
    }

    /// Whether it is kept that no two of the claims with this sum are in conflict.
    pub(crate) fn has_agreed(&self, claims: &[u8]) -> bool {
        let key = Key::of_claims(self.compilation, claims);
        let found = self.cache.load(&[key]).into_iter().flatten();
        found
            .into_iter()
            .any(|bytes| content(key, &bytes).is_some())
    }

    /// Keeps that no two of the claims with this sum are in conflict.
    pub(crate) fn agree(&self, claims: &[u8]) {
        let key = Key::of_claims(self.compilation, claims);
        self.cache.store(vec![Entry::new(key, [0; 32], &[])]);
    }

    fn is_current(&self, inputs: &Inputs) -> bool {
        inputs
            .iter()
            .all(|(path, seen)| self.is_as_seen(path.as_str(), *seen))
    }

    /// Whether everything is as it was seen.
    pub(super) fn are_current(&self, inputs: &[(&str, Seen)]) -> bool {
        inputs
            .iter()
            .all(|(path, seen)| self.is_as_seen(path, *seen))
    }

    fn is_as_seen(&self, path: &str, seen: Seen) -> bool {
        match seen {
            Seen::Absent => !self.is_there(path),
            Seen::Present => self.is_there(path),
            Seen::Content(content) => self.content(path) == Some(content),
            Seen::Unknown => false,
        }
    }

    fn is_there(&self, path: &str) -> bool {
        let is_hidden = || RepoPath::of(path).is_none_or(|path| !self.source.is_absent(&path));
        self.listed.contains(path) || (self.source.may_hide(path) && is_hidden())
    }

    fn content(&self, path: &str) -> Option<ContentId> {
        if let Some(content) = self.listed.content(path) {
            return Some(content);
        }
        if let Some(content) = lock(&self.read).get(path) {
            return *content;
        }
        let path = RepoPath::of(path)?;
        let content = self.source.read_named(&path).ok()?.content;
        lock(&self.read).insert(path, content);
        content
    }

    fn descriptor(&self, key: Key) -> Option<Arc<[u8]>> {
        if let Some(known) = lock(&self.descriptors).get(&key) {
            return known.clone();
        }
        let mut found = self.cache.load(&[key]).into_iter().flatten();
        let descriptor = found.find_map(|bytes| content(key, &bytes).map(Arc::from));
        let mut descriptors = lock(&self.descriptors);
        descriptors.entry(key).or_insert(descriptor).clone()
    }

    /// Keeps units that were made just now.
    pub(crate) fn store<'u>(
        &self,
        made: impl Iterator<Item = ((&'u RepoPath, &'u Folder), &'u Unit)>,
    ) {
        let mut entries = Vec::new();
        // By where they are in memory, since one is shared by thousands.
        let mut named: HashMap<usize, Key> = HashMap::new();
        for ((path, folder), unit) in made {
            if unit.inputs.values().any(|seen| *seen == Seen::Unknown) {
                continue;
            }
            let key = Key::of_folder(self.compilation, path, folder);
            let share = |bytes: &Arc<[u8]>| {
                // What is the unit's own, nobody else holds.
                (Arc::strong_count(bytes) > 1).then(|| {
                    let key = *named
                        .entry(bytes.as_ptr() as usize)
                        .or_insert_with(|| Key::of_descriptor(bytes));
                    let is_there = matches!(lock(&self.descriptors).get(&key), Some(Some(_)));
                    if !is_there && lock(&self.kept).insert(key) {
                        entries.push(Entry::new(key, *key.as_bytes(), bytes));
                    }
                    Digest::from_bytes(*key.as_bytes())
                })
            };
            if let Some(bytes) = unit::encode(unit, share) {
                entries.push(Entry::new(key, variant(&unit.inputs), &bytes));
            }
        }
        if !entries.is_empty() {
            self.cache.store(entries);
        }
    }
}

/// What tells the entries of one folder apart.
fn variant(inputs: &Inputs) -> [u8; 32] {
    let mut hash = Sha256::new();
    for (path, seen) in inputs {
        hash.update((path.as_str().len() as u64).to_le_bytes());
        hash.update(path.as_str());
        match seen {
            Seen::Absent => hash.update([0]),
            Seen::Present => hash.update([1]),
            Seen::Content(content) => {
                hash.update([2]);
                hash.update(content.as_bytes());
            }
            Seen::Unknown => hash.update([3]),
        }
    }
    hash.finalize().into()
}

/// Nothing is left half done under these locks, so a panic leaves nothing behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
