use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::compile::Options;
use crate::diagnostic::{Diagnostic, SourceFile, SourceFiles, Span};
use crate::graph::Origin;
use crate::rules::file_too_large;
use crate::source::{RepoPath, Source, SourceError, read_error, read_text};

/// Reads the text files of a source, each at most once, and keeps them for the
/// diagnostics that point into them.
pub(crate) struct Texts<'a> {
    source: &'a dyn Source,
    options: &'a Options,
    /// What the source lists; it may read more than that.
    listed: BTreeSet<RepoPath>,
    /// `None` where a file cannot be read; that is reported once.
    read: BTreeMap<RepoPath, Option<Arc<str>>>,
    files: SourceFiles,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(source: &'a dyn Source, options: &'a Options) -> Self {
        Self {
            source,
            options,
            listed: BTreeSet::new(),
            read: BTreeMap::new(),
            files: SourceFiles::new(),
        }
    }

    /// The same, which knows of the files that the source lists.
    pub(crate) fn listing(self, listed: BTreeSet<RepoPath>) -> Self {
        Self { listed, ..self }
    }

    /// The text of a file that was read.
    pub(crate) fn text(&self, path: &RepoPath) -> Option<&str> {
        self.read.get(path)?.as_deref()
    }

    /// The text of a file. What keeps it from being read is reported once.
    pub(crate) fn read(&mut self, path: &RepoPath, out: &mut Vec<Diagnostic>) -> Option<Arc<str>> {
        if let Some(text) = self.read.get(path) {
            return text.clone();
        }
        let limit = self.options.max_text_bytes;
        let text = match read_text(self.source, path, limit, &mut self.files) {
            Ok(text) => Some(Arc::from(text)),
            Err(diagnostic) => {
                out.push(diagnostic);
                None
            }
        };
        self.read.insert(path.clone(), text.clone());
        text
    }

    /// Whether there is something at `path`, readable or not.
    pub(crate) fn exists(&self, path: &RepoPath) -> bool {
        if self.listed.contains(path) || self.read.contains_key(path) {
            return true;
        }
        !matches!(
            self.source.read(path),
            Err(SourceError::NotFound { .. } | SourceError::NotAFile { .. })
        )
    }

    /// The bytes of a file that is no text, for who looks at it once.
    pub(crate) fn bytes(
        &self,
        path: &RepoPath,
        limit: u64,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Arc<[u8]>> {
        match self.source.read(path) {
            Ok(bytes) if bytes.len() as u64 > limit => {
                out.push(file_too_large::diagnostic(path, bytes.len() as u64, limit));
                None
            }
            Ok(bytes) => Some(bytes),
            Err(error) => {
                out.push(read_error(&error));
                None
            }
        }
    }

    /// Keeps the bytes of a file for the diagnostics that point into it.
    pub(crate) fn show(&mut self, path: &RepoPath, bytes: &[u8]) -> Option<&SourceFile> {
        self.files.insert(path.clone(), bytes);
        self.files.get(path)
    }

    /// Where a resource is defined: the first character of `span`.
    pub(crate) fn origin(&self, span: &Span) -> Origin {
        let mut origin = self.file_origin(&span.file);
        if let Some(place) = self.files.line_column(span) {
            origin.line = place.line;
            origin.column = place.column;
        }
        origin
    }

    /// The same, of a resource that all of a file defines.
    pub(crate) fn file_origin(&self, path: &RepoPath) -> Origin {
        let commit = self
            .source
            .commit()
            .filter(|_| !self.source.is_modified(path));
        Origin {
            commit: commit.map(ToOwned::to_owned),
            ..Origin::file(path.clone())
        }
    }

    /// The texts that were read so far.
    pub(crate) const fn files(&self) -> &SourceFiles {
        &self.files
    }

    /// The texts that were read.
    pub(crate) fn into_files(self) -> SourceFiles {
        self.files
    }
}
