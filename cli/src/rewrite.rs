//! Changing files of the work tree: each whole or not at all, none outside of the
//! repository, and none that somebody else has changed meanwhile.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use vimana_compiler::source::RepoPath;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RewriteError {
    /// A symbolic link leads out of the repository.
    #[error("`{0}` leads out of the repository and is left as it is")]
    Outside(RepoPath),
    /// It is no longer what was read.
    #[error("`{0}` was changed meanwhile and is left as it is")]
    Changed(RepoPath),
    /// Nobody may write it.
    #[error("`{0}` is read-only and is left as it is")]
    ReadOnly(RepoPath),
    /// The system refused.
    #[error("cannot write `{0}`")]
    Write(RepoPath, #[source] io::Error),
}

/// Gives the file at `path` the text `after`, if it still has the text `before`.
/// A symbolic link stays one, and permissions stay what they are.
pub(crate) fn rewrite(
    root: &Path,
    path: &RepoPath,
    before: &str,
    after: &str,
) -> Result<(), RewriteError> {
    let fail = |error| RewriteError::Write(path.clone(), error);
    let target = resolve(root, path).map_err(fail)?;
    let Some(target) = target else {
        return Err(RewriteError::Outside(path.clone()));
    };
    if std::fs::read(&target).map_err(fail)? != before.as_bytes() {
        return Err(RewriteError::Changed(path.clone()));
    }
    if before == after {
        return Ok(());
    }
    let permissions = target.metadata().map_err(fail)?.permissions();
    if permissions.readonly() {
        return Err(RewriteError::ReadOnly(path.clone()));
    }
    let folder = target.parent().unwrap_or(root);
    let mut file = tempfile::Builder::new()
        .prefix(".vimana-")
        .tempfile_in(folder)
        .map_err(fail)?;
    file.write_all(after.as_bytes()).map_err(fail)?;
    file.as_file().set_permissions(permissions).map_err(fail)?;
    file.as_file().sync_all().map_err(fail)?;
    file.persist(&target).map_err(|error| fail(error.error))?;
    Ok(())
}

/// The file itself, behind all links; none where it is outside of `root`.
fn resolve(root: &Path, path: &RepoPath) -> io::Result<Option<PathBuf>> {
    let root = root.canonicalize()?;
    let mut spelled = root.clone();
    spelled.extend(path.components());
    let target = spelled.canonicalize()?;
    Ok(target.starts_with(&root).then_some(target))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    use super::*;

    fn path(text: &str) -> RepoPath {
        RepoPath::new(text).unwrap()
    }

    #[test]
    fn a_file_is_replaced_and_keeps_its_permissions() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
        rewrite(root.path(), &path("a"), "one", "two").unwrap();
        assert_eq!(fs::read_to_string(&file).unwrap(), "two");
        assert_eq!(file.metadata().unwrap().mode() & 0o777, 0o640);
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_has_the_text_is_not_touched() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "one").unwrap();
        let inode = file.metadata().unwrap().ino();
        rewrite(root.path(), &path("a"), "one", "one").unwrap();
        assert_eq!(file.metadata().unwrap().ino(), inode);
    }

    #[test]
    fn a_file_that_somebody_else_changed_is_left() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "three").unwrap();
        let error = rewrite(root.path(), &path("a"), "one", "two").unwrap_err();
        assert!(matches!(error, RewriteError::Changed(_)), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "three");
    }

    #[test]
    fn a_read_only_file_is_left() {
        let root = tempfile::tempdir().unwrap();
        let file = root.path().join("a");
        fs::write(&file, "one").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
        let error = rewrite(root.path(), &path("a"), "one", "two").unwrap_err();
        assert!(matches!(error, RewriteError::ReadOnly(_)), "{error}");
        assert_eq!(fs::read_to_string(&file).unwrap(), "one");
    }

    #[test]
    fn a_link_stays_a_link_and_never_leads_out() {
        let outside = tempfile::tempdir().unwrap();
        let root = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("b"), "one").unwrap();
        fs::write(root.path().join("a"), "one").unwrap();
        symlink("a", root.path().join("in")).unwrap();
        symlink(outside.path(), root.path().join("out")).unwrap();

        rewrite(root.path(), &path("in"), "one", "two").unwrap();
        assert!(root.path().join("in").is_symlink());
        assert_eq!(fs::read_to_string(root.path().join("a")).unwrap(), "two");

        let error = rewrite(root.path(), &path("out/b"), "one", "two").unwrap_err();
        assert!(matches!(error, RewriteError::Outside(_)), "{error}");
        let kept = fs::read_to_string(outside.path().join("b")).unwrap();
        assert_eq!(kept, "one");
    }
}
