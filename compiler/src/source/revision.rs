use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use git2::{ErrorCode, ObjectType, Oid, Repository, Tree, TreeEntry};

use super::git::{Enclosing, enclosing};
use super::resolve::{Node, leads_out, resolve};
use super::{
    ContentId, Entry, EntryKind, MAX_FILE_BYTES, MAX_LISTED, Named, RepoPath, Source, SourceError,
    is_skipped_folder,
};

/// How deep folders may be nested.
pub(crate) const MAX_DEPTH: usize = 64;

/// The mode bits of a tree entry that tell what it is.
const MODE_TYPE: i32 = 0o170_000;
const MODE_SYMLINK: i32 = 0o120_000;

/// A folder of a git repository at a revision, read from the object database
/// without a checkout.
pub struct GitRevision {
    // libgit2 lets one thread at a time use a repository.
    repository: Mutex<Repository>,
    tree: Oid,
    commit: String,
    /// The regular files and their blobs, once they were listed: libgit2 parses a
    /// large folder anew for each question about it.
    listed: OnceLock<HashMap<RepoPath, Oid>>,
    /// The symbolic links, likewise.
    links: OnceLock<HashSet<RepoPath>>,
}

impl std::fmt::Debug for GitRevision {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitRevision")
            .field("tree", &self.tree)
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

impl GitRevision {
    /// The folder `root`, which is in a work tree, as of `revision`: a commit,
    /// a branch, a tag, `HEAD~2`. A bare repository is read from its root.
    pub fn open(root: &Path, revision: &str) -> Result<Self, SourceError> {
        let enclosing = open(root)?;
        let folder = enclosing.folder.clone();
        Self::of(enclosing, &folder, revision)
    }

    /// The folder `folder`, counted from the root of the git repository that
    /// holds `repository`, as of `revision`.
    pub fn open_folder(
        repository: &Path,
        folder: &RepoPath,
        revision: &str,
    ) -> Result<Self, SourceError> {
        Self::of(open(repository)?, folder, revision)
    }

    fn of(enclosing: Enclosing, folder: &RepoPath, revision: &str) -> Result<Self, SourceError> {
        let repository = enclosing.repository;
        let unknown = |source| SourceError::Revision {
            revision: revision.to_owned(),
            source,
        };
        let (commit, tree) = {
            let object = repository.revparse_single(revision).map_err(unknown)?;
            let commit = object.peel_to_commit().map_err(unknown)?;
            let no_folder = || SourceError::RootNotInRevision {
                revision: commit.id().to_string(),
                folder: folder.clone(),
            };
            let root = commit.tree()?;
            let tree = if folder.is_root() {
                root.id()
            } else {
                let entry = root
                    .get_path(Path::new(folder.as_str()))
                    .map_err(|_| no_folder())?;
                if entry.kind() != Some(ObjectType::Tree) {
                    return Err(no_folder());
                }
                entry.id()
            };
            (commit.id().to_string(), tree)
        };
        Ok(Self {
            repository: Mutex::new(repository),
            tree,
            commit,
            listed: OnceLock::new(),
            links: OnceLock::new(),
        })
    }

    /// The blob of a regular file that was listed.
    fn listed(&self, path: &RepoPath) -> Option<Oid> {
        self.listed.get()?.get(path).copied()
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Nothing is changed under the lock, so a panic leaves nothing behind.
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(root: &Path) -> Result<Enclosing, SourceError> {
    enclosing(root)?.ok_or_else(|| SourceError::NoRepository {
        root: root.to_owned(),
        source: git2::Error::new(
            ErrorCode::NotFound,
            git2::ErrorClass::Repository,
            "no folder above it holds a `.git`",
        ),
    })
}

impl Source for GitRevision {
    fn commit(&self) -> Option<&str> {
        Some(&self.commit)
    }

    fn entries(&self) -> Result<Vec<Entry>, SourceError> {
        let repository = self.repository();
        let tree = repository.find_tree(self.tree)?;
        let mut entries = Vec::new();
        list(
            &repository,
            &tree,
            &tree,
            &RepoPath::root(),
            0,
            &mut entries,
        )?;
        entries.sort();
        let listed = entries.iter().filter_map(|entry| {
            let id = Oid::from_bytes(entry.content?.as_bytes()).ok()?;
            Some((entry.path.clone(), id))
        });
        let links = entries
            .iter()
            .filter(|entry| matches!(entry.kind, EntryKind::Symlink { .. }))
            .map(|entry| entry.path.clone());
        // Where it is listed twice, the first time counts.
        let _ = self.links.set(links.collect());
        let _ = self.listed.set(listed.collect());
        Ok(entries)
    }

    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError> {
        Ok(self.read_named(path)?.bytes)
    }

    fn read_named(&self, path: &RepoPath) -> Result<Named, SourceError> {
        let repository = self.repository();
        let id = if let Some(id) = self.listed(path) {
            id
        } else {
            let tree = repository.find_tree(self.tree)?;
            let resolved = resolve(path, |path| look(&repository, &tree, path))?;
            tree.get_path(Path::new(resolved.path.as_str()))?.id()
        };
        let (size, _) = repository.odb()?.read_header(id)?;
        if size as u64 > MAX_FILE_BYTES {
            return Err(SourceError::TooLarge {
                path: path.clone(),
                size: size as u64,
                limit: MAX_FILE_BYTES,
            });
        }
        Ok(Named {
            bytes: repository.find_blob(id)?.content().into(),
            content: Some(ContentId::from_oid(id)),
        })
    }

    fn is_absent(&self, path: &RepoPath) -> bool {
        if let Some(listed) = self.listed.get() {
            let mut around = Some(path.clone());
            let mut passes_link = false;
            while let Some(path) = around {
                passes_link |= self.links.get().is_none_or(|links| links.contains(&path));
                around = path.parent();
            }
            // What is passed over is not listed, and can be read.
            if !passes_link && !path.components().any(is_skipped_folder) {
                return !listed.contains_key(path);
            }
        }
        let repository = self.repository();
        let Ok(tree) = repository.find_tree(self.tree) else {
            return false;
        };
        let resolved = resolve(path, |path| look(&repository, &tree, path));
        matches!(
            resolved,
            Err(SourceError::NotFound { .. } | SourceError::NotAFile { .. })
        )
    }

    fn is_modified(&self, path: &RepoPath) -> bool {
        if self.listed(path).is_some() {
            return false;
        }
        let repository = self.repository();
        let Ok(tree) = repository.find_tree(self.tree) else {
            return true;
        };
        resolve(path, |path| look(&repository, &tree, path)).is_err()
    }
}

/// What the tree holds at `path`.
pub(super) fn look(
    repository: &Repository,
    tree: &Tree<'_>,
    path: &RepoPath,
) -> Result<Node, SourceError> {
    match tree.get_path(Path::new(path.as_str())) {
        Ok(entry) => node(repository, &entry),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(Node::Nothing),
        Err(error) => Err(error.into()),
    }
}

fn node(repository: &Repository, entry: &TreeEntry<'_>) -> Result<Node, SourceError> {
    Ok(match entry.kind() {
        Some(ObjectType::Tree) => Node::Folder,
        Some(ObjectType::Blob) if is_symlink(entry.filemode()) => {
            let target = repository.find_blob(entry.id())?;
            Node::Symlink(String::from_utf8_lossy(target.content()).into_owned())
        }
        Some(ObjectType::Blob) => Node::File,
        _ => Node::Other,
    })
}

fn list(
    repository: &Repository,
    root: &Tree<'_>,
    tree: &Tree<'_>,
    folder: &RepoPath,
    depth: usize,
    entries: &mut Vec<Entry>,
) -> Result<(), SourceError> {
    if entries.len() >= MAX_LISTED {
        return Err(SourceError::TooManyFiles { limit: MAX_LISTED });
    }
    if depth > MAX_DEPTH {
        return Err(SourceError::TooDeep {
            path: folder.clone(),
            limit: MAX_DEPTH,
        });
    }
    for entry in tree {
        let Ok(name) = std::str::from_utf8(entry.name_bytes()) else {
            entries.push(Entry {
                path: folder.child(&String::from_utf8_lossy(entry.name_bytes())),
                kind: EntryKind::BadName,
                content: None,
            });
            continue;
        };
        let path = folder.child(name);
        match node(repository, &entry)? {
            Node::Folder if is_skipped_folder(name) => {}
            Node::Folder => {
                let subtree = repository.find_tree(entry.id())?;
                list(repository, root, &subtree, &path, depth + 1, entries)?;
            }
            Node::Symlink(target) => entries.push(Entry {
                kind: EntryKind::Symlink {
                    escapes: leads_out(&path, |path| look(repository, root, path)),
                    target,
                },
                content: None,
                path,
            }),
            Node::File => entries.push(Entry {
                kind: EntryKind::File,
                content: Some(ContentId::from_oid(entry.id())),
                path,
            }),
            Node::Other | Node::Nothing => {}
        }
    }
    Ok(())
}

/// Whether the mode of a file, in a tree or in the index, is that of a link.
pub(super) const fn is_symlink(mode: i32) -> bool {
    mode & MODE_TYPE == MODE_SYMLINK
}
