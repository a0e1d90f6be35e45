use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Entry, RepoPath, Source, SourceError};

/// A source in which some files have another text.
pub struct Overlay<'a> {
    below: &'a dyn Source,
    texts: BTreeMap<RepoPath, Arc<[u8]>>,
}

impl<'a> Overlay<'a> {
    /// `below`, as it is.
    #[must_use]
    pub fn new(below: &'a dyn Source) -> Self {
        Self {
            below,
            texts: BTreeMap::new(),
        }
    }

    /// Gives the file at `path` the text `text`.
    pub fn insert(&mut self, path: RepoPath, text: &str) {
        self.texts.insert(path, Arc::from(text.as_bytes()));
    }
}

impl std::fmt::Debug for Overlay<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Overlay")
            .field("texts", &self.texts.keys())
            .finish_non_exhaustive()
    }
}

impl Source for Overlay<'_> {
    fn commit(&self) -> Option<&str> {
        self.below.commit()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        self.below.entries()
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        match self.texts.get(path) {
            Some(text) => Ok(Arc::clone(text)),
            None => self.below.read(path),
        }
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        self.texts.contains_key(path) || self.below.is_modified(path)
    }
}
