use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use serde::{Deserialize, Serialize};

use crate::compile::Options;
use crate::diagnostic::{Diagnostic, SourceFile, SourceFiles, Span};
use crate::discovery::Files;
use crate::graph::Origin;
use crate::policy::{Silencers, scan};
use crate::rules::file_too_large;
use crate::source::{ContentId, RepoPath, Source, SourceError, read_error, text_of};

/// Of a source, no files are known before they are asked for.
static NOTHING: LazyLock<Files> = LazyLock::new(Files::default);

/// Reads the text files of a source, each at most once, and knows all that was
/// read or looked for.
pub(crate) struct Texts<'a> {
    source: &'a dyn Source,
    options: &'a Options,
    /// What the source lists; it may read more than that.
    listed: &'a Files,
    /// `None` where a file cannot be read; that is reported once.
    read: BTreeMap<RepoPath, Option<Arc<str>>>,
    /// The first byte of each line of the texts that origins were asked of.
    lines: RefCell<BTreeMap<RepoPath, Vec<usize>>>,
    /// What is no text to read, for the diagnostics that point into it.
    shown: SourceFiles,
    /// Behind a cell, since to look is not to change.
    inputs: RefCell<Inputs>,
}

/// What was read or looked for, and what was there.
pub(crate) type Inputs = BTreeMap<RepoPath, Seen>;

/// What was at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Seen {
    /// Nothing.
    Absent,
    /// Something; nobody looked at what it is.
    Present,
    /// A file with this content.
    Content(ContentId),
    /// Something that could not be read, or whose content has no name.
    Unknown,
}

impl<'a> Texts<'a> {
    pub(crate) fn new(source: &'a dyn Source, options: &'a Options) -> Self {
        Self::listing(source, options, &NOTHING)
    }

    /// The same, which knows of the files that the source lists.
    pub(crate) fn listing(source: &'a dyn Source, options: &'a Options, listed: &'a Files) -> Self {
        Self {
            source,
            options,
            listed,
            read: BTreeMap::new(),
            lines: RefCell::default(),
            shown: SourceFiles::new(),
            inputs: RefCell::default(),
        }
    }

    /// Texts of the same source, of which none is read.
    pub(crate) fn fresh(&self) -> Self {
        Self::listing(self.source, self.options, self.listed)
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
        let text = self.bytes(path, self.options.max_text_bytes, out);
        let text = text.and_then(|bytes| match text_of(path, &bytes) {
            Ok(text) => Some(Arc::from(text)),
            Err(diagnostic) => {
                self.show(path, &bytes);
                out.push(diagnostic);
                None
            }
        });
        self.read.insert(path.clone(), text.clone());
        text
    }

    /// Whether there is something at `path`, readable or not.
    pub(crate) fn exists(&self, path: &RepoPath) -> bool {
        let exists = self.listed.contains(path.as_str())
            || self.read.contains_key(path)
            || !self.source.is_absent(path);
        self.note(path, if exists { Seen::Present } else { Seen::Absent });
        exists
    }

    /// The bytes of a file that is no text, for who looks at it once.
    pub(crate) fn bytes(
        &self,
        path: &RepoPath,
        limit: u64,
        out: &mut Vec<Diagnostic>,
    ) -> Option<Arc<[u8]>> {
        let named = match self.source.read_named(path) {
            Ok(named) => named,
            Err(error) => {
                let is_absent = matches!(error, SourceError::NotFound { .. });
                self.note(
                    path,
                    if is_absent {
                        Seen::Absent
                    } else {
                        Seen::Unknown
                    },
                );
                out.push(read_error(&error, limit));
                return None;
            }
        };
        self.note(path, named.content.map_or(Seen::Unknown, Seen::Content));
        let size = named.bytes.len() as u64;
        if size > limit {
            out.push(file_too_large::diagnostic(path, size, limit));
            return None;
        }
        Some(named.bytes)
    }

    /// Keeps the bytes of a file for the diagnostics that point into it.
    pub(crate) fn show(&mut self, path: &RepoPath, bytes: &[u8]) -> Option<&SourceFile> {
        self.shown.insert(path.clone(), bytes);
        self.shown.get(path)
    }

    /// The silencers in what was read.
    pub(crate) fn silencers(&self) -> Silencers {
        let mut silencers = Silencers::of(&self.shown);
        for (path, text) in &self.read {
            if let Some(text) = text {
                silencers.add(path, scan(path, text));
            }
        }
        silencers
    }

    /// Counts what others read among what was read.
    pub(crate) fn note_all(&self, inputs: &Inputs) {
        for (path, seen) in inputs {
            self.note(path, *seen);
        }
    }

    /// What is known best is kept: [`Seen`] is in that order.
    fn note(&self, path: &RepoPath, seen: Seen) {
        let mut inputs = self.inputs.borrow_mut();
        match inputs.get_mut(path) {
            // It was written in between.
            Some(Seen::Content(known)) if matches!(seen, Seen::Content(read) if read != *known) => {
                inputs.insert(path.clone(), Seen::Unknown);
            }
            Some(known) => *known = seen.max(*known),
            None => {
                inputs.insert(path.clone(), seen);
            }
        }
    }

    /// What was read or looked for so far.
    pub(crate) fn inputs(&self) -> Inputs {
        self.inputs.borrow().clone()
    }

    /// Where a resource is defined: the first character of `span`. It is in no
    /// commit yet.
    pub(crate) fn origin(&self, span: &Span) -> Origin {
        let Some(text) = self.text(&span.file) else {
            return Origin::file(span.file.clone());
        };
        let mut start = span.range.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let mut known = self.lines.borrow_mut();
        let lines = known.entry(span.file.clone()).or_insert_with(|| {
            let breaks = text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(breaks).collect()
        });
        let line = lines.partition_point(|line| *line <= start) - 1;
        let column = text[lines[line]..start].chars().count();
        let from_one = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        Origin::at(span.file.clone(), from_one(line), from_one(column))
    }

    /// The texts that were read.
    pub(crate) fn into_files(self) -> SourceFiles {
        let mut files = self.shown;
        for (path, text) in self.read {
            if let Some(text) = text {
                files.insert(path, text.as_bytes());
            }
        }
        files
    }
}
