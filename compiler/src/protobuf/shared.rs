use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use vimana_proto::Digest;

use super::base::Bases;
use super::parse::parse;
use super::reuse::Pools;
use super::{ProtoFile, builtin};
use crate::compile::Options;
use crate::diagnostic::Diagnostic;
use crate::source::RepoPath;
use crate::texts::{Inputs, Texts};

/// How many files that services share are kept parsed; the one that comes next
/// makes room for itself and others.
const MAX_PARSED: usize = 1_000;

/// What the services of a repository share, whichever threads they are linked in:
/// files that vimana brings along, and files that several import.
#[derive(Debug)]
pub(crate) struct Protos<'a> {
    pub(super) options: &'a Options,
    builtins: Mutex<BTreeMap<String, Option<Arc<ProtoFile>>>>,
    pub(super) bases: Bases,
    pub(super) pools: Pools,
    parsed: Mutex<HashMap<RepoPath, Arc<Parsed>>>,
    encoded: Mutex<HashMap<Digest, Arc<[u8]>>>,
}

/// A file and what is wrong with it.
#[derive(Debug)]
pub(super) struct Parsed {
    pub(super) file: Option<Arc<ProtoFile>>,
    pub(super) found: Vec<Diagnostic>,
    pub(super) inputs: Inputs,
}

impl<'a> Protos<'a> {
    pub(crate) fn new(options: &'a Options) -> Self {
        Self {
            options,
            builtins: Mutex::default(),
            bases: Bases::default(),
            pools: Pools::default(),
            parsed: Mutex::default(),
            encoded: Mutex::default(),
        }
    }

    pub(super) fn builtin(&self, name: &str) -> Option<Arc<ProtoFile>> {
        let mut builtins = lock(&self.builtins);
        if let Some(file) = builtins.get(name) {
            return file.clone();
        }
        let file = builtin::open(name);
        builtins.insert(name.to_owned(), file.clone());
        file
    }

    /// The file at `path`, which lies in another folder than the service.
    pub(super) fn parsed(&self, path: &RepoPath, texts: &Texts<'_>) -> Arc<Parsed> {
        if let Some(parsed) = lock(&self.parsed).get(path) {
            return Arc::clone(parsed);
        }
        // Two threads may parse it at once; that gives the same.
        let mut texts = texts.fresh();
        let parsed = Arc::new(Parsed::read(&mut texts, path));
        let mut all = lock(&self.parsed);
        if all.len() >= MAX_PARSED {
            all.clear();
        }
        all.insert(path.clone(), Arc::clone(&parsed));
        parsed
    }

    /// The encoded descriptor that `make` makes: of the file, at its place and
    /// with all that it imports, that `key` names.
    pub(super) fn encoded(&self, key: Digest, make: impl FnOnce() -> Arc<[u8]>) -> Arc<[u8]> {
        if let Some(encoded) = lock(&self.encoded).get(&key) {
            return Arc::clone(encoded);
        }
        let encoded = make();
        let mut all = lock(&self.encoded);
        Arc::clone(all.entry(key).or_insert(encoded))
    }
}

impl Parsed {
    pub(super) fn read(texts: &mut Texts<'_>, path: &RepoPath) -> Self {
        let mut found = Vec::new();
        let file = texts
            .read(path, &mut found)
            .and_then(|text| parse(path, &text, &mut found))
            .map(Arc::new);
        Self {
            file,
            found,
            inputs: texts.inputs(),
        }
    }
}

/// Nothing is left half done under these locks, so a panic leaves nothing behind.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
