//! Where files, symbols and extensions are, over all services of a host.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;
use prost::Message as _;
use prost_types::FileDescriptorProto;
use vimana_proto::Digest;

use super::files::{Defined, Files, define, identity};
use crate::data_plane::Current;
use crate::snapshot::InterfaceEntry;

/// How many interfaces are kept ready to be looked into. The others are read again.
const MAX_READY: usize = 64;
/// How many hosts have an index at once.
const MAX_INDEXES: usize = 16;

/// What is known of interfaces, made when it is asked for.
#[derive(Default)]
pub(super) struct Catalog {
    ready: Mutex<VecDeque<(Digest, Arc<Files>)>>,
    indexes: Mutex<VecDeque<Made>>,
    /// Held while an index is being made, so that those who wait share it.
    making: tokio::sync::Mutex<()>,
}

/// An index, and what it was made of.
struct Made {
    host: Arc<str>,
    of: Weak<Current>,
    index: Arc<Index>,
}

/// Which interface of a host defines what: the newest one that takes traffic, of the
/// first service by name.
#[derive(Default)]
pub(super) struct Index {
    interfaces: Vec<Arc<InterfaceEntry>>,
    files: HashMap<String, u32>,
    /// All but members of messages and services, which are where those are.
    symbols: HashMap<String, u32>,
    extensions: HashMap<String, BTreeMap<i32, u32>>,
}

impl Catalog {
    /// The files of an interface.
    pub(super) fn files(&self, entry: &InterfaceEntry) -> Option<Arc<Files>> {
        let found = |ready: &VecDeque<(Digest, Arc<Files>)>| {
            let mut ready = ready.iter();
            let found = ready.find(|(digest, _)| *digest == entry.digest);
            found.map(|(_, files)| Arc::clone(files))
        };
        if let Some(files) = found(&self.ready.lock()) {
            return Some(files);
        }
        // Not under the lock: two that are made at once are equal.
        let files = Files::new(&entry.descriptors);
        let files = Arc::new(files.ok()?);
        let mut ready = self.ready.lock();
        ready.truncate(MAX_READY - 1);
        ready.push_front((entry.digest, Arc::clone(&files)));
        Some(files)
    }

    /// The index of a host, as of `current`.
    pub(super) async fn index(&self, host: &Arc<str>, current: &Arc<Current>) -> Arc<Index> {
        if let Some(index) = self.made(host, current) {
            return index;
        }
        let _making = self.making.lock().await;
        if let Some(index) = self.made(host, current) {
            return index;
        }
        let made = {
            let (host, current) = (Arc::clone(host), Arc::clone(current));
            // Thousands of interfaces take a part of a second.
            tokio::task::spawn_blocking(move || Index::new(&host, &current)).await
        };
        let index = Arc::new(made.unwrap_or_default());
        let mut indexes = self.indexes.lock();
        indexes.retain(|made| made.host != *host && made.of.strong_count() > 0);
        indexes.truncate(MAX_INDEXES - 1);
        indexes.push_front(Made {
            host: Arc::clone(host),
            of: Arc::downgrade(current),
            index: Arc::clone(&index),
        });
        index
    }

    fn made(&self, host: &Arc<str>, current: &Arc<Current>) -> Option<Arc<Index>> {
        let indexes = self.indexes.lock();
        let found = indexes.iter().find(|made| {
            made.host == *host && std::ptr::eq(made.of.as_ptr(), Arc::as_ptr(current))
        });
        found.map(|made| Arc::clone(&made.index))
    }
}

impl Index {
    fn new(host: &str, current: &Current) -> Self {
        let mut index = Self::default();
        let mut seen = HashSet::new();
        let mut services: Vec<_> = current
            .table
            .services(host)
            .filter(|routes| routes.takes_traffic())
            .collect();
        services.sort_by(|one, other| one.name.cmp(&other.name));
        for entry in services.iter().flat_map(|routes| routes.interfaces()) {
            let number = u32::try_from(index.interfaces.len()).unwrap_or(u32::MAX);
            for encoded in entry.descriptors.files() {
                // Most interfaces bring the same files of others along.
                if seen.insert(identity(encoded))
                    && let Ok(file) = FileDescriptorProto::decode(encoded.clone())
                {
                    index.add(&file, number);
                }
            }
            index.interfaces.push(Arc::clone(entry));
        }
        index
    }

    fn add(&mut self, file: &FileDescriptorProto, number: u32) {
        let name = file.name().to_owned();
        self.files.entry(name).or_insert(number);
        define(file, false, &mut |defined| match defined {
            Defined::Symbol(name) => {
                self.symbols.entry(name).or_insert(number);
            }
            Defined::Extension(message, tag) => {
                let extensions = self.extensions.entry(message).or_default();
                extensions.entry(tag).or_insert(number);
            }
        });
    }

    fn interface(&self, number: u32) -> Option<&Arc<InterfaceEntry>> {
        self.interfaces.get(usize::try_from(number).ok()?)
    }

    /// The interface that has a file of this name.
    pub(super) fn file(&self, name: &str) -> Option<&Arc<InterfaceEntry>> {
        self.interface(*self.files.get(name)?)
    }

    /// The interface that may define a symbol: it, or what it would be a member of.
    pub(super) fn symbol(&self, name: &str) -> Option<&Arc<InterfaceEntry>> {
        let parent = || name.rsplit_once('.').map(|(parent, _)| parent);
        let number = self
            .symbols
            .get(name)
            .or_else(|| self.symbols.get(parent()?))?;
        self.interface(*number)
    }

    /// The interface that defines an extension.
    pub(super) fn extension(&self, message: &str, number: i32) -> Option<&Arc<InterfaceEntry>> {
        let extensions = self.extensions.get(message)?;
        self.interface(*extensions.get(&number)?)
    }

    /// The numbers of all extensions of a message; none where there is no such message.
    pub(super) fn extension_numbers(&self, message: &str) -> Option<BTreeSet<i32>> {
        let numbers = self.extensions.get(message);
        if numbers.is_none() && !self.symbols.contains_key(message) {
            return None;
        }
        Some(
            numbers
                .into_iter()
                .flatten()
                .map(|(number, _)| *number)
                .collect(),
        )
    }
}
