use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use git2::{ErrorCode, Repository, StatusOptions};

use super::stamp::Stamp;
use super::tracked::{Tracked, spelled, staged};
use super::{ContentId, RepoPath, SourceError};

/// What git knows about the folder of a work tree.
pub(super) struct Git {
    // libgit2 lets one thread at a time use a repository.
    repository: Mutex<Repository>,
    /// Where the root is in the repository.
    folder: RepoPath,
    /// `HEAD`; none before the first commit.
    commit: Option<String>,
    /// The index; none where it cannot be read. Read once.
    tracked: OnceLock<Option<Tracked>>,
    /// The paths, from the root of the repository, of which the index and `HEAD`
    /// have something different; none where git cannot tell. Asked for once.
    staged: OnceLock<Option<BTreeSet<String>>>,
    /// The tracked paths of the folder that git says differ from the index or `HEAD`;
    /// none where it cannot tell. Asked for once, and only where nothing else tells:
    /// git goes through the whole index for each question.
    differing: OnceLock<Option<BTreeSet<String>>>,
}

impl std::fmt::Debug for Git {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Git")
            .field("folder", &self.folder)
            .field("commit", &self.commit)
            .finish_non_exhaustive()
    }
}

impl Git {
    pub(super) fn new(repository: Repository, folder: RepoPath) -> Result<Self, SourceError> {
        let head = match repository.revparse_single("HEAD^{commit}") {
            Ok(head) => Some(head.id().to_string()),
            Err(error) if is_unborn(&error) => None,
            Err(error) => return Err(error.into()),
        };
        Ok(Self {
            repository: Mutex::new(repository),
            folder,
            commit: head,
            tracked: OnceLock::new(),
            staged: OnceLock::new(),
            differing: OnceLock::new(),
        })
    }

    pub(super) fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    fn repository(&self) -> MutexGuard<'_, Repository> {
        // Nothing is changed under the lock, so a panic leaves nothing behind.
        self.repository
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn tracked(&self) -> Option<&Tracked> {
        self.tracked
            .get_or_init(|| Tracked::read(&self.repository()).ok())
            .as_ref()
    }

    /// Whether anything below `folder` is in the index.
    pub(super) fn is_tracked(&self, folder: &RepoPath) -> bool {
        let folder = format!("{}/", spelled(&self.folder, folder));
        self.tracked()
            .is_some_and(|tracked| tracked.has_below(&folder))
    }

    /// Whether git passes `path` over: a pattern says so, and nothing there is
    /// tracked.
    pub(super) fn is_ignored(&self, path: &RepoPath, is_folder: bool) -> Result<bool, SourceError> {
        let mut path = spelled(&self.folder, path);
        if path.is_empty() {
            return Ok(false);
        }
        if is_folder {
            // How libgit2, too, is told that patterns for folders are meant.
            path.to_mut().push('/');
        }
        let is_tracked = self.tracked().is_some_and(|tracked| {
            if is_folder {
                tracked.has_below(&path)
            } else {
                tracked.file(&path).is_some()
            }
        });
        if is_tracked {
            return Ok(false);
        }
        Ok(self.repository().is_path_ignored(Path::new(&*path))?)
    }

    /// The content that git tracks at `path`, if a file with this stamp is as git
    /// last saw it. What its filters make of that is not in it.
    pub(super) fn unchanged(&self, path: &RepoPath, stamp: &Stamp) -> Option<ContentId> {
        let tracked = self.tracked()?;
        let file = tracked.file(&spelled(&self.folder, path))?;
        let is_unchanged = !file.is_symlink && tracked.is_unchanged(file, stamp);
        is_unchanged.then_some(file.content)
    }

    /// Whether the file at `path`, which is no link to another, differs from the
    /// commit. `content` reads it.
    pub(super) fn is_modified(
        &self,
        path: &RepoPath,
        stamp: Option<&Stamp>,
        content: impl FnOnce() -> Option<ContentId>,
    ) -> bool {
        let Some(commit) = &self.commit else {
            return true;
        };
        let path = spelled(&self.folder, path);
        let staged = self
            .staged
            .get_or_init(|| staged(&self.repository(), commit).ok());
        if staged.as_ref().is_none_or(|staged| staged.contains(&*path)) {
            return true;
        }
        let Some(tracked) = self.tracked() else {
            return true;
        };
        let Some(file) = tracked.file(&path) else {
            return true;
        };
        let is_unchanged = || {
            stamp.is_some_and(|stamp| tracked.is_unchanged(file, stamp))
                || content() == Some(file.content)
        };
        if !file.is_symlink && is_unchanged() {
            return false;
        }
        // Git alone knows what its filters make of a file.
        let differing = self.differing.get_or_init(|| self.differing().ok());
        differing
            .as_ref()
            .is_none_or(|differing| differing.contains(&*path))
    }

    /// The tracked paths of the folder that git says differ from the index or `HEAD`.
    fn differing(&self) -> Result<BTreeSet<String>, SourceError> {
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
        // What is no UTF-8 is not asked for.
        let paths = statuses.iter().map(|entry| entry.path().map(str::to_owned));
        Ok(paths.flatten().collect())
    }
}

fn is_unborn(error: &git2::Error) -> bool {
    matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound)
}
