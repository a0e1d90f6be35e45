use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::resolve::{Node, leads_out, resolve};
use super::{
    ContentId, Entry, EntryKind, MAX_FILE_BYTES, RepoPath, RepoPathError, Source, SourceError,
};

/// Files in memory: what tests compile, and editors with unsaved buffers.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    files: BTreeMap<RepoPath, Content>,
    commit: Option<String>,
    modified: BTreeSet<RepoPath>,
}

#[derive(Debug, Clone)]
enum Content {
    File(Arc<[u8]>),
    Symlink(String),
}

impl Memory {
    /// A source without files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A source of these files.
    pub fn from_files<P, B>(files: impl IntoIterator<Item = (P, B)>) -> Result<Self, RepoPathError>
    where
        P: AsRef<str>,
        B: AsRef<[u8]>,
    {
        let mut memory = Self::new();
        for (path, bytes) in files {
            memory.insert(RepoPath::new(path.as_ref())?, bytes.as_ref());
        }
        Ok(memory)
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: RepoPath, bytes: impl AsRef<[u8]>) {
        let content = Content::File(bytes.as_ref().into());
        self.files.insert(path, content);
    }

    /// Adds or replaces a symbolic link.
    pub fn insert_symlink(&mut self, path: RepoPath, target: impl Into<String>) {
        self.files.insert(path, Content::Symlink(target.into()));
    }

    /// The same files as of `commit`, but for those in `modified`.
    #[must_use]
    pub fn at_commit(
        mut self,
        commit: impl Into<String>,
        modified: impl IntoIterator<Item = RepoPath>,
    ) -> Self {
        self.commit = Some(commit.into());
        self.modified = modified.into_iter().collect();
        self
    }

    fn look(&self, path: &RepoPath) -> Node {
        match self.files.get(path) {
            Some(Content::File(_)) => Node::File,
            Some(Content::Symlink(target)) => Node::Symlink(target.clone()),
            None if self.files.keys().any(|file| file.is_within(path)) => Node::Folder,
            None => Node::Nothing,
        }
    }
}

impl Source for Memory {
    fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        let is_shown = |path: &RepoPath| {
            path.parent()
                .is_none_or(|folder| !folder.components().any(super::is_skipped_folder))
        };
        let entry = |(path, content): (&RepoPath, &Content)| {
            let (kind, content) = match content {
                Content::File(bytes) => (EntryKind::File, ContentId::of(bytes)),
                Content::Symlink(target) => {
                    let escapes = leads_out(path, |path| Ok(self.look(path)));
                    let target = target.clone();
                    (EntryKind::Symlink { target, escapes }, None)
                }
            };
            Entry {
                path: path.clone(),
                kind,
                content,
            }
        };
        let shown = self.files.iter().filter(|(path, _)| is_shown(path));
        Ok(shown.map(entry).collect())
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        let resolved = resolve(path, |path| Ok(self.look(path)))?;
        let Some(Content::File(bytes)) = self.files.get(&resolved.path) else {
            return Err(SourceError::NotFound { path: path.clone() });
        };
        let size = bytes.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(SourceError::TooLarge {
                path: path.clone(),
                size,
                limit: MAX_FILE_BYTES,
            });
        }
        Ok(Arc::clone(bytes))
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        self.commit.is_none()
            || resolve(path, |path| Ok(self.look(path))).map_or(true, |resolved| {
                std::iter::once(&resolved.path)
                    .chain(&resolved.links)
                    .any(|path| self.modified.contains(path))
            })
    }
}
