use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use git2::{ErrorCode, Repository, StatusOptions};

use super::git::{enclosing, in_repository};
use super::resolve::{Node, leads_out, resolve};
use super::revision::{MAX_DEPTH, look_below};
use super::{Entry, EntryKind, MAX_FILE_BYTES, RepoPath, Source, SourceError, is_skipped_folder};

/// A folder of files, which may be in the work tree of a git repository. Where
/// that repository ignores the folder as a whole, it is taken for one outside.
#[derive(Debug)]
pub struct WorkTree {
    root: PathBuf,
    git: Option<Git>,
}

/// What git knows about the folder.
struct Git {
    // libgit2 lets one thread at a time use a repository.
    repository: Mutex<Repository>,
    /// Where the root is in the repository.
    folder: RepoPath,
    /// `HEAD`; none before the first commit.
    commit: Option<String>,
    /// The paths, from the root of the repository, that differ from `HEAD`;
    /// none where git cannot tell. Asked for once.
    changed: OnceLock<Option<BTreeSet<String>>>,
}

impl std::fmt::Debug for Git {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Git")
            .field("folder", &self.folder)
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
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
        })
    }

    /// The folder, as an absolute path without links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn absolute(&self, path: &RepoPath) -> PathBuf {
        let mut absolute = self.root.clone();
        absolute.extend(path.components());
        absolute
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

    fn list(
        &self,
        folder: &RepoPath,
        depth: usize,
        entries: &mut Vec<Entry>,
    ) -> Result<(), SourceError> {
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
        for entry in self.absolute(folder).read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                entries.push(Entry {
                    path: folder.child(&name.to_string_lossy()),
                    size: 0,
                    kind: EntryKind::BadName,
                });
                continue;
            };
            self.list_entry(folder.child(name), name, depth, entries)?;
        }
        Ok(())
    }

    fn list_entry(
        &self,
        path: RepoPath,
        name: &str,
        depth: usize,
        entries: &mut Vec<Entry>,
    ) -> Result<(), SourceError> {
        let absolute = self.absolute(&path);
        // What has gone since the folder was read was not there.
        let Ok(metadata) = absolute.symlink_metadata() else {
            return Ok(());
        };
        if metadata.is_dir() {
            if is_skipped_folder(name) || self.is_foreign(&path, &absolute) {
                return Ok(());
            }
            return self.list(&path, depth + 1, entries);
        }
        if self.is_ignored(&path, false)? {
            return Ok(());
        }
        if let Node::Symlink(target) = self.look(&path)? {
            entries.push(Entry {
                size: target.len() as u64,
                kind: EntryKind::Symlink {
                    escapes: leads_out(&path, |path| self.look(path)),
                    target,
                },
                path,
            });
        } else if metadata.is_file() {
            entries.push(Entry {
                path,
                size: metadata.len(),
                kind: EntryKind::File,
            });
        }
        Ok(())
    }

    /// Whether a folder is ignored, or a git repository of its own.
    fn is_foreign(&self, path: &RepoPath, absolute: &Path) -> bool {
        self.git.is_some()
            && (absolute.join(".git").exists() || self.is_ignored(path, true).unwrap_or(false))
    }

    fn is_ignored(&self, path: &RepoPath, is_folder: bool) -> Result<bool, SourceError> {
        self.git
            .as_ref()
            .map_or(Ok(false), |git| git.is_ignored(path, is_folder))
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

impl Source for WorkTree {
    fn commit(&self) -> Option<&str> {
        self.git.as_ref()?.commit.as_deref()
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        let mut entries = Vec::new();
        self.list(&RepoPath::root(), 0, &mut entries)?;
        entries.sort();
        Ok(entries)
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        let resolved = resolve(path, |path| self.look(path))?;
        let unreadable = |source| SourceError::Read {
            path: path.clone(),
            source,
        };
        let file = File::open(self.absolute(&resolved.path)).map_err(unreadable)?;
        let size = file.metadata().map_err(unreadable)?.len();
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
            .map_err(unreadable)?;
        let size = bytes.len() as u64;
        if size > MAX_FILE_BYTES {
            return Err(too_large(size));
        }
        Ok(bytes.into())
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        let Some(git) = &self.git else {
            return true;
        };
        let Ok(resolved) = resolve(path, |path| self.look(path)) else {
            return true;
        };
        std::iter::once(&resolved.path)
            .chain(&resolved.links)
            .any(|path| git.is_modified(path))
    }
}

impl Git {
    fn new(repository: Repository, folder: RepoPath) -> Result<Self, SourceError> {
        let head = match repository.revparse_single("HEAD^{commit}") {
            Ok(head) => Some(head.id().to_string()),
            Err(error) if is_unborn(&error) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            repository: Mutex::new(repository),
            folder,
            commit: head,
            changed: OnceLock::new(),
        })
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Nothing is changed under the lock, so a panic leaves nothing behind.
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether git passes `path` over: a pattern says so, and nothing there is
    /// tracked.
    fn is_ignored(&self, path: &RepoPath, is_folder: bool) -> Result<bool, SourceError> {
        let path = in_repository(&self.folder, path);
        if path.is_root() {
            return Ok(false);
        }
        let mut spelled = path.as_str().to_owned();
        if is_folder {
            // How libgit2 is told that patterns for folders are meant.
            spelled.push('/');
        }
        let repository = self.repository();
        if !repository.is_path_ignored(Path::new(&spelled))? {
            return Ok(false);
        }
        let index = repository.index()?;
        let is_tracked = if is_folder {
            index.find_prefix(&spelled).is_ok()
        } else {
            index.get_path(Path::new(&spelled), 0).is_some()
        };
        Ok(!is_tracked)
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        let spelled = in_repository(&self.folder, path);
        let changed = self.changed.get_or_init(|| self.changed().ok());
        changed
            .as_ref()
            .is_none_or(|changed| changed.contains(spelled.as_str()))
            || !self.is_committed(path).unwrap_or(false)
    }

    fn is_committed(&self, path: &RepoPath) -> Result<bool, SourceError> {
        let Some(commit) = &self.commit else {
            return Ok(false);
        };
        let repository = self.repository();
        let tree = repository.find_commit(commit.parse()?)?.tree()?;
        let node = look_below(&repository, &tree, &self.folder, path)?;
        Ok(matches!(node, Node::File | Node::Symlink(_)))
    }

    /// The tracked paths that differ from `HEAD`, in the index or in the work
    /// tree. What is not tracked is in no commit, which is told otherwise.
    fn changed(&self) -> Result<BTreeSet<String>, SourceError> {
        let mut options = StatusOptions::new();
        options
            .include_untracked(false)
            .exclude_submodules(true)
            .disable_pathspec_match(true);
        if !self.folder.is_root() {
            options.pathspec(self.folder.as_str());
        }
        let repository = self.repository();
        let statuses = repository.statuses(Some(&mut options))?;
        Ok(statuses
            .iter()
            .map(|status| String::from_utf8_lossy(status.path_bytes()).into_owned())
            .collect())
    }
}

fn is_unborn(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound)
}
