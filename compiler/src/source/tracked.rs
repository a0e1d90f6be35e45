//! What git has in its index, taken once: libgit2 takes a lock and copies a path
//! for each question, and a work tree asks several for each file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;

use git2::{IndexTime, Oid, Repository, Tree};

use super::revision::is_symlink;
use super::sorted::Sorted;
use super::stamp::{Stamp, Time};
use super::{ContentId, RepoPath, SourceError};

/// The files of the index, by their paths from the root of the git repository.
#[derive(Debug, Default)]
pub(super) struct Tracked {
    files: Sorted<TrackedFile>,
    /// When the index was written; files written later may have any content.
    written: Option<Time>,
}

/// A file of the index.
#[derive(Debug)]
pub(super) struct TrackedFile {
    pub(super) content: ContentId,
    pub(super) is_symlink: bool,
    size: u32,
    inode: u32,
    modified: IndexTime,
}

impl Tracked {
    pub(super) fn read(repository: &Repository) -> Result<Self, SourceError> {
        let index = repository.index()?;
        let written = index
            .path()
            .and_then(|path| fs::metadata(path).ok())
            .and_then(|metadata| Stamp::of(&metadata))
            .map(|stamp| stamp.modified);
        let mut files = Sorted::default();
        for entry in index.iter() {
            // What is no UTF-8 is not asked for.
            let Ok(path) = std::str::from_utf8(&entry.path) else {
                continue;
            };
            let file = TrackedFile {
                content: ContentId::from_oid(entry.id),
                is_symlink: is_symlink(i32::try_from(entry.mode).unwrap_or_default()),
                size: entry.file_size,
                inode: entry.ino,
                modified: entry.mtime,
            };
            files.push(path, file);
        }
        files.sort();
        Ok(Self { files, written })
    }

    pub(super) fn file(&self, path: &str) -> Option<&TrackedFile> {
        self.files.get(path)
    }

    /// Whether any file below `folder`, which ends with `/`, is tracked.
    pub(super) fn has_below(&self, folder: &str) -> bool {
        let next = self.files.first_path_from(folder);
        next.is_some_and(|path| path.starts_with(folder))
    }

    /// Whether a file with this stamp certainly has the content that git tracks:
    /// as git decides it, so it is also true of what git's filters changed.
    pub(super) fn is_unchanged(&self, file: &TrackedFile, stamp: &Stamp) -> bool {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the index holds the lower half of sizes and inodes"
        )]
        let (size, inode) = (stamp.size as u32, stamp.inode as u32);
        let Time(seconds, nanoseconds) = stamp.modified;
        let same_time = i64::from(file.modified.seconds()) == seconds
            && [0, nanoseconds].contains(&file.modified.nanoseconds());
        // A file that was written together with the index may have been written
        // once more since; see git's `racy-git` documentation.
        let settled = self.written.is_some_and(|written| stamp.modified < written);
        file.size == size && file.inode == inode && same_time && settled
    }
}

/// The paths that differ between the index and the tree of a commit.
pub(super) fn staged(
    repository: &Repository,
    commit: &str,
) -> Result<BTreeSet<String>, SourceError> {
    let head = repository.find_commit(commit.parse()?)?.tree()?;
    // What the index would commit; its trees are written to memory alone.
    let odb = repository.odb()?;
    let memory = odb.add_new_mempack_backend(i32::MAX)?;
    let written = repository.index()?.write_tree_to(repository);
    let mut changed = BTreeSet::new();
    let result = written.map_err(SourceError::from).and_then(|id| {
        if id == head.id() {
            return Ok(());
        }
        let index = repository.find_tree(id)?;
        compare(repository, Some(&head), Some(&index), "", &mut changed)
    });
    memory.reset()?;
    result.map(|()| changed)
}

/// Adds the paths below `folder` of which the two trees hold something different.
fn compare(
    repository: &Repository,
    a: Option<&Tree<'_>>,
    b: Option<&Tree<'_>>,
    folder: &str,
    changed: &mut BTreeSet<String>,
) -> Result<(), SourceError> {
    let names: BTreeSet<Vec<u8>> = a
        .iter()
        .chain(&b)
        .flat_map(|tree| tree.iter().map(|entry| entry.name_bytes().to_vec()))
        .collect();
    for name in names {
        let Ok(text) = std::str::from_utf8(&name) else {
            continue;
        };
        let find = |tree: Option<&Tree<'_>>| -> Option<(Oid, i32)> {
            let entry = tree?.get_name_bytes(&name)?;
            Some((entry.id(), entry.filemode()))
        };
        let (left, right) = (find(a), find(b));
        if left == right {
            continue;
        }
        let path = format!("{folder}{text}");
        let subtree =
            |found: Option<(Oid, i32)>| found.and_then(|(id, _)| repository.find_tree(id).ok());
        let (left, right) = (subtree(left), subtree(right));
        if left.is_some() || right.is_some() {
            let below = format!("{path}/");
            compare(repository, left.as_ref(), right.as_ref(), &below, changed)?;
        }
        changed.insert(path);
    }
    Ok(())
}

/// `path` of the compiled folder, as the index spells it.
pub(super) fn spelled<'p>(folder: &RepoPath, path: &'p RepoPath) -> Cow<'p, str> {
    if folder.is_root() {
        return path.as_str().into();
    }
    super::git::in_repository(folder, path)
        .as_str()
        .to_owned()
        .into()
}
