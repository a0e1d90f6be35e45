use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use super::StoreError;

const LOCK: &str = "lock";
const DATABASE: &str = "state.db";

/// A state directory that this process holds. The system releases the lock with
/// the process, however that ends.
#[derive(Debug)]
pub(crate) struct StateDir {
    path: PathBuf,
    _lock: File,
}

impl StateDir {
    /// Makes and locks the directory `path`.
    pub(crate) fn lock(path: &Path) -> Result<Self, StoreError> {
        make_root(path)?;
        let lock_path = path.join(LOCK);
        let lock = open_private(&lock_path).map_err(|source| StoreError::io(&lock_path, source))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::InUse {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(StoreError::io(&lock_path, source)),
        }
        let directory = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        let database = directory.database();
        open_private(&database).map_err(|source| StoreError::io(&database, source))?;
        for folder in [directory.components(), directory.artifacts()] {
            make_private(&folder)?;
        }
        Ok(directory)
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    pub(crate) fn components(&self) -> PathBuf {
        self.path.join("components")
    }

    pub(crate) fn artifacts(&self) -> PathBuf {
        self.path.join("artifacts")
    }
}

/// Makes the state directory, which only its owner may enter. One that is already
/// there is closed to others too, unless it holds files that are none of
/// vimana's: a person who names `/tmp` must not lock others out of it.
fn make_root(path: &Path) -> Result<(), StoreError> {
    let error = |source| StoreError::io(path, source);
    if !path.is_dir() {
        return make_private(path);
    }
    if is_ours(path).map_err(error)? {
        return restrict(path).map_err(error);
    }
    tracing::warn!(
        path = %path.display(),
        "the state directory holds other files, so its permissions are left as they are"
    );
    Ok(())
}

/// Makes a folder, and those above it, that only its owner may enter.
pub(super) fn make_private(path: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder
        .create(path)
        .map_err(|source| StoreError::io(path, source))
}

fn is_ours(path: &Path) -> io::Result<bool> {
    if path.join(LOCK).exists() || path.join(DATABASE).exists() {
        return Ok(true);
    }
    Ok(fs::read_dir(path)?.next().is_none())
}

#[cfg(unix)]
fn restrict(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let permissions = fs::metadata(path)?.permissions();
    let others = permissions.mode() & 0o077;
    if others == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
#[allow(clippy::unnecessary_wraps)]
fn restrict(_path: &Path) -> io::Result<()> {
    Ok(())
}

fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).read(true).write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_node_on_one_directory_is_refused_until_the_first_ends() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let first = StateDir::lock(&path).unwrap();
        let error = StateDir::lock(&path).unwrap_err().to_string();
        assert!(error.contains("in use by another node"), "{error}");
        drop(first);
        StateDir::lock(&path).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_enter() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/state");
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        drop(StateDir::lock(&path).unwrap());
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join(DATABASE)), 0o600);
        assert_eq!(mode(&path.join("components")), 0o700);

        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        drop(StateDir::lock(&path).unwrap());
        assert_eq!(mode(&path), 0o700);
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_of_other_files_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt as _;

        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("thesis.tex"), "").unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        drop(StateDir::lock(directory.path()).unwrap());
        let mode = fs::metadata(directory.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o755);
    }
}
