//! A git repository and the folder in it that is compiled.

use std::path::{Path, PathBuf};

use git2::{ErrorCode, Repository};

use super::{RepoPath, SourceError};

/// The git repository that holds `root`, and where in it `root` is.
pub(super) struct Enclosing {
    pub(super) repository: Repository,
    pub(super) folder: RepoPath,
}

/// The repository that holds the folder `root`, if one does. `root` may also be
/// a bare repository, or the `.git` folder of one.
pub(super) fn enclosing(root: &Path) -> Result<Option<Enclosing>, SourceError> {
    let root = canonical(root)?;
    let repository = match Repository::discover(&root) {
        Ok(repository) => repository,
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let folder = match repository.workdir() {
        Some(workdir) => folder_within(&root, &canonical(workdir)?),
        None => Some(RepoPath::root()),
    };
    // Where `root` is within `.git` of a repository, no folder of the work tree
    // is meant.
    Ok(Some(Enclosing {
        folder: folder.unwrap_or_else(RepoPath::root),
        repository,
    }))
}

fn canonical(folder: &Path) -> Result<PathBuf, SourceError> {
    let fail = |source| SourceError::Root {
        root: folder.to_owned(),
        source,
    };
    let folder = folder.canonicalize().map_err(fail)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(SourceError::Root {
        root: folder,
        source: std::io::ErrorKind::NotADirectory.into(),
    })
}

fn folder_within(root: &Path, workdir: &Path) -> Option<RepoPath> {
    let mut folder = RepoPath::root();
    for name in root.strip_prefix(workdir).ok()?.components() {
        folder = folder.child(name.as_os_str().to_str()?);
    }
    Some(folder)
}

/// `path` of the compiled folder, from the root of the git repository.
pub(super) fn in_repository(folder: &RepoPath, path: &RepoPath) -> RepoPath {
    if folder.is_root() {
        return path.clone();
    }
    if path.is_root() {
        return folder.clone();
    }
    folder.child(path.as_str())
}
