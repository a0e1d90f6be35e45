use std::cmp::Ordering;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::{DirEntry, File, FileType, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::git::enclosing;
use super::resolve::{Node, leads_out, resolve};
use super::revision::MAX_DEPTH;
use super::stamp::{Remembered, Stamp, Time};
use super::work_tree_git::Git;
use super::{
    ContentId, Entry, EntryKind, MAX_FILE_BYTES, MAX_LISTED, Named, RepoPath, Source, SourceError,
    is_skipped_folder,
};

/// A folder of files, which may be in the work tree of a git repository. Where
/// that repository ignores the folder as a whole, it is taken for one outside.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    git: Option<Git>,
    memory: Option<Memory>,
    listed: OnceLock<Listed>,
}

/// What is remembered of earlier runs, and learnt for later ones.
#[derive(Debug)]
struct Memory {
    known: Remembered,
    /// When this run began, by the file system's clock.
    now: Time,
    /// What was read since.
    learnt: Mutex<HashMap<RepoPath, (Stamp, ContentId)>>,
}

/// What the folder held when it was listed.
#[derive(Debug, Default)]
struct Listed {
    /// The regular files, sorted, with their stamps.
    files: Vec<(RepoPath, Option<Stamp>)>,
    /// What is there and is not among them, sorted; of folders, only those that
    /// were not entered.
    others: Vec<RepoPath>,
}

impl Listed {
    /// The stamp of a regular file.
    fn file(&self, path: &RepoPath) -> Option<&Option<Stamp>> {
        let index = self.files.binary_search_by(|(file, _)| file.cmp(path));
        index.ok().map(|index| &self.files[index].1)
    }

    /// Whether `path`, or a folder that it is in, is there and was not listed.
    fn may_hide(&self, path: &str) -> bool {
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        folders.chain([path]).any(|around| {
            let others = &self.others;
            others
                .binary_search_by(|other| other.as_str().cmp(around))
                .is_ok()
        })
    }
}

/// The state of a walk through the folder.
#[derive(Default)]
struct Walk {
    entries: Vec<Entry>,
    listed: Listed,
}

impl WorkTree {
    /// The folder `root` and what is below it.
    pub fn open(root: &Path) -> Result<Self, SourceError> {
        let fail = |source| SourceError::Root {
            root: root.to_owned(),
            source,
        };
        let canonical = root.canonicalize().map_err(fail)?;
        let git = enclosing(&canonical)?
            // A bare repository has no work tree for this folder to be in.
            .filter(|enclosing| !enclosing.repository.is_bare())
            .map(|enclosing| Git::new(enclosing.repository, enclosing.folder))
            .transpose()?;
        // A copy in a folder that is ignored, such as `target`, is none of that
        // repository's.
        let git = match git {
            Some(git) if git.is_ignored(&RepoPath::root(), true)? => None,
            git => git,
        };
        Ok(Self {
            root: canonical,
            git,
            memory: None,
            listed: OnceLock::new(),
        })
    }

    /// The same, which need not read what has the stamp that it had in `known`.
    /// `now` is a time of the file system's clock from just now.
    #[must_use]
    pub fn remembering(self, known: Remembered, now: Time) -> Self {
        Self {
            memory: Some(Memory {
                known,
                now,
                learnt: Mutex::default(),
            }),
            ..self
        }
    }

    /// Whether git tracks anything in `folder`.
    #[must_use]
    pub fn is_tracked(&self, folder: &RepoPath) -> bool {
        self.git.as_ref().is_some_and(|git| git.is_tracked(folder))
    }

    /// The folder, as an absolute path without links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn absolute(&self, path: &RepoPath) -> PathBuf {
        if path.is_root() {
            return self.root.clone();
        }
        self.root.join(path.as_str())
    }

    fn look(&self, path: &RepoPath) -> Result<Node, SourceError> {
        let absolute = self.absolute(path);
        let unreadable = |source| SourceError::Read {
            path: path.clone(),
            source,
        };
        let metadata = match absolute.symlink_metadata() {
            Ok(metadata) => metadata,
            // A name too long for the file system names nothing.
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
                ) =>
            {
                return Ok(Node::Nothing);
            }
            Err(error) => return Err(unreadable(error)),
        };
        if metadata.is_symlink() {
            let target = absolute.read_link().map_err(unreadable)?;
            return Ok(Node::Symlink(target.to_string_lossy().into_owned()));
        }
        Ok(node_of(&metadata))
    }

    fn list(&self, folder: &RepoPath, depth: usize, walk: &mut Walk) -> Result<(), SourceError> {
        if walk.entries.len() >= MAX_LISTED {
            return Err(SourceError::TooManyFiles { limit: MAX_LISTED });
        }
        if depth > MAX_DEPTH {
            return Err(SourceError::TooDeep {
                path: folder.clone(),
                limit: MAX_DEPTH,
            });
        }
        let unreadable = |source| SourceError::Read {
            path: folder.clone(),
            source,
        };
        let mut found = Vec::new();
        for entry in self.absolute(folder).read_dir().map_err(unreadable)? {
            found.push(Found::new(entry.map_err(unreadable)?));
        }
        // A repository within the repository is none of it.
        let is_foreign = self.git.is_some()
            && !folder.is_root()
            && found.iter().any(|found| found.name == ".git");
        if is_foreign {
            walk.listed.others.push(folder.clone());
            return Ok(());
        }
        // All paths are then listed in their order.
        found.sort_unstable_by(Found::cmp);
        for found in found {
            let Some(name) = found.name.to_str() else {
                walk.entries.push(Entry {
                    path: folder.child(&found.name.to_string_lossy()),
                    kind: EntryKind::BadName,
                    content: None,
                });
                continue;
            };
            self.list_entry(&found, folder.child(name), name, depth, walk)?;
        }
        Ok(())
    }

    fn list_entry(
        &self,
        found: &Found,
        path: RepoPath,
        name: &str,
        depth: usize,
        walk: &mut Walk,
    ) -> Result<(), SourceError> {
        // What has gone since the folder was read was not there.
        let Some(file_type) = found.file_type else {
            return Ok(());
        };
        if file_type.is_dir() {
            if is_skipped_folder(name) || self.is_ignored(&path, true).unwrap_or(false) {
                walk.listed.others.push(path);
                return Ok(());
            }
            return self.list(&path, depth + 1, walk);
        }
        if self.is_ignored(&path, false)? {
            walk.listed.others.push(path);
            return Ok(());
        }
        if file_type.is_symlink() {
            walk.listed.others.push(path.clone());
            if let Node::Symlink(target) = self.look(&path)? {
                let escapes = leads_out(&path, |path| self.look(path));
                walk.entries.push(Entry {
                    path,
                    kind: EntryKind::Symlink { target, escapes },
                    content: None,
                });
            }
        } else if file_type.is_file() {
            let stamp = found.entry.metadata().ok().as_ref().and_then(Stamp::of);
            let content =
                stamp.and_then(|stamp| self.memory.as_ref()?.known.content(&path, &stamp));
            walk.listed.files.push((path.clone(), stamp));
            walk.entries.push(Entry {
                path,
                kind: EntryKind::File,
                content,
            });
        } else {
            walk.listed.others.push(path);
        }
        Ok(())
    }

    fn is_ignored(&self, path: &RepoPath, is_folder: bool) -> Result<bool, SourceError> {
        self.git
            .as_ref()
            .map_or(Ok(false), |git| git.is_ignored(path, is_folder))
    }

    /// The file at `path` and its size, if it is the regular one that was listed, which
    /// no link leads to: what a link leads to since then has another stamp.
    fn open_listed(&self, path: &RepoPath) -> Option<(File, u64)> {
        let stamp = self.stamp(path)?;
        let file = open(&self.absolute(path)).ok()?;
        let metadata = file.metadata().ok()?;
        let is_same = metadata.is_file() && Stamp::of(&metadata) == Some(stamp);
        is_same.then_some((file, metadata.len()))
    }

    /// The stamp of a regular file that was listed.
    fn stamp(&self, path: &RepoPath) -> Option<Stamp> {
        *self.listed.get()?.file(path)?
    }
}

/// What a folder holds.
struct Found {
    name: OsString,
    /// None where it has gone since.
    file_type: Option<FileType>,
    entry: DirEntry,
}

impl Found {
    fn new(entry: DirEntry) -> Self {
        Self {
            name: entry.file_name(),
            file_type: entry.file_type().ok(),
            entry,
        }
    }

    /// The order of their paths: those in a folder have a `/` behind its name.
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b) = (self.bytes(), other.bytes());
        let common = a.len().min(b.len());
        a[..common].cmp(&b[..common]).then_with(|| {
            let next = |found: &Self| found.bytes().get(common).copied().or(found.end());
            next(self).cmp(&next(other))
        })
    }

    fn bytes(&self) -> &[u8] {
        self.name.as_encoded_bytes()
    }

    /// What comes behind the name in a path.
    fn end(&self) -> Option<u8> {
        let file_type = self.file_type?;
        file_type.is_dir().then_some(b'/')
    }
}

fn node_of(metadata: &Metadata) -> Node {
    if metadata.is_dir() {
        Node::Folder
    } else if metadata.is_file() {
        Node::File
    } else {
        Node::Other
    }
}

/// Opens a file without waiting: what was a regular file when it was looked at may
/// have become a pipe, which would block until somebody writes to it.
fn open(path: &Path) -> std::io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(all(
        target_os = "linux",
        any(
            target_arch = "x86_64",
            target_arch = "aarch64",
            target_arch = "riscv64"
        )
    ))]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        const O_NONBLOCK: i32 = 0o4000;
        options.custom_flags(O_NONBLOCK);
    }
    options.open(path)
}

/// The bytes of `file`, which is of this size and is read through `path`.
fn read_all(path: &RepoPath, file: File, size: u64) -> Result<Arc<[u8]>, SourceError> {
    let too_large = |size| SourceError::TooLarge {
        path: path.clone(),
        size,
        limit: MAX_FILE_BYTES,
    };
    if size > MAX_FILE_BYTES {
        return Err(too_large(size));
    }
    // A file that grows meanwhile is held to the limit too.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| SourceError::Read {
            path: path.clone(),
            source,
        })?;
    let size = bytes.len() as u64;
    if size > MAX_FILE_BYTES {
        return Err(too_large(size));
    }
    Ok(bytes.into())
}

impl Source for WorkTree {
    fn commit(&self) -> Option<&str> {
        self.git.as_ref()?.commit()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        let mut walk = Walk::default();
        self.list(&RepoPath::root(), 0, &mut walk)?;
        // Names that are no UTF-8 may be out of order.
        if !walk.entries.is_sorted() {
            walk.entries.sort_unstable();
        }
        debug_assert!(walk.listed.files.is_sorted_by(|a, b| a.0 < b.0));
        walk.listed.others.sort_unstable();
        // Where it is listed twice, the first time counts.
        let _ = self.listed.set(walk.listed);
        Ok(walk.entries)
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        if let Some((file, size)) = self.open_listed(path) {
            return read_all(path, file, size);
        }
        let resolved = resolve(path, |path| self.look(path))?;
        let unreadable = |source| SourceError::Read {
            path: path.clone(),
            source,
        };
        let file = open(&self.absolute(&resolved.path)).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if !metadata.is_file() {
            return Err(SourceError::NotAFile { path: path.clone() });
        }
        read_all(path, file, metadata.len())
    }

    fn read_named(&self, path: &RepoPath) -> Result<Named, SourceError> {
        let bytes = self.read(path)?;
        let stamp = self.stamp(path);
        let tracked = stamp.and_then(|stamp| self.git.as_ref()?.unchanged(path, &stamp));
        let content = tracked
            .filter(|tracked| tracked.is_of_tracked(&bytes))
            .or_else(|| ContentId::of(&bytes));
        if let (Some(memory), Some(content), Some(stamp)) = (&self.memory, content, stamp) {
            memory
                .learnt
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(path.clone(), (stamp, content));
        }
        Ok(Named { bytes, content })
    }

    /// The files that were listed, as far as their contents are known by now.
    fn remembered(&self) -> Option<Remembered> {
        let memory = self.memory.as_ref()?;
        let listed = self.listed.get()?;
        let learnt = memory.learnt.lock().unwrap_or_else(PoisonError::into_inner);
        let files = listed.files.iter().filter_map(|(path, stamp)| {
            let stamp = (*stamp)?;
            let learnt = || {
                let (known, content) = learnt.get(path)?;
                (*known == stamp).then_some(*content)
            };
            let content = memory.known.content(path, &stamp).or_else(learnt)?;
            Some((path, stamp, content))
        });
        let remembered = Remembered::of(files, memory.now);
        (remembered != memory.known).then_some(remembered)
    }

    fn is_absent(&self, path: &RepoPath) -> bool {
        if let Some(listed) = self.listed.get()
            && !listed.may_hide(path.as_str())
        {
            return listed.file(path).is_none();
        }
        matches!(
            self.read(path),
            Err(SourceError::NotFound { .. } | SourceError::NotAFile { .. })
        )
    }

    fn may_hide(&self, path: &str) -> bool {
        let listed = self.listed.get();
        listed.is_none_or(|listed| listed.may_hide(path))
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        let Some(git) = &self.git else {
            return true;
        };
        // What was listed with a stamp is a file behind no link.
        if let Some(stamp) = self.stamp(path) {
            return git.is_modified(path, Some(&stamp), || {
                let memory = self.memory.as_ref();
                let known = memory.and_then(|memory| memory.known.content(path, &stamp));
                known.or_else(|| self.read_named(path).ok()?.content)
            });
        }
        let Ok(resolved) = resolve(path, |path| self.look(path)) else {
            return true;
        };
        let content = || self.read_named(&resolved.path).ok()?.content;
        git.is_modified(&resolved.path, None, content)
            || resolved
                .links
                .iter()
                .any(|path| git.is_modified(path, None, || None))
    }
}
