//! Which files are meant.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use vimana_compiler::format::Language;
use vimana_compiler::source::{EntryKind, RepoPath, Source};

use crate::command_error::{Code, CommandError};
use crate::repository::Repository;

/// The files that `paths` name, or those in the folders that they name; without
/// any, all of the repository. With `fix`, `.proto` files are among them.
pub(super) fn targets(
    repository: &Repository,
    source: &dyn Source,
    paths: &[PathBuf],
    fix: bool,
) -> Result<Vec<RepoPath>, CommandError> {
    let is_meant = |path: &RepoPath| {
        Language::of(path).is_some() || (fix && path.extension() == Some("proto"))
    };
    let entries = source
        .entries()
        .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    // What a link leads to is there under its own name too, or outside.
    let listed = entries
        .into_iter()
        .filter(|entry| entry.kind == EntryKind::File && is_meant(&entry.path))
        .map(|entry| entry.path);
    let listed: BTreeSet<RepoPath> = listed.collect();
    if paths.is_empty() {
        return Ok(listed.into_iter().collect());
    }
    let mut targets = BTreeSet::new();
    for path in paths {
        let named = within(repository, path)?;
        let absolute = repository.root().join(named.as_str());
        if absolute.is_dir() {
            let below = listed.iter().filter(|file| file.is_within(&named));
            targets.extend(below.cloned());
        } else if !absolute.exists() {
            return Err(CommandError::new(
                Code::Failed,
                format!("there is no file `{}`", path.display()),
            ));
        } else if is_meant(&named) {
            targets.insert(named);
        } else {
            return Err(unknown(&path.display().to_string()));
        }
    }
    Ok(targets.into_iter().collect())
}

/// A file that there is no formatter for.
pub(super) fn unknown(name: &str) -> CommandError {
    CommandError::new(
        Code::Failed,
        format!("`{name}` is no file that can be formatted"),
    )
    .with_help("name a `.txtpb`, a `vpods.yml`, or a folder")
}

/// The path of the repository that `path` is, from the working folder.
fn within(repository: &Repository, path: &Path) -> Result<RepoPath, CommandError> {
    let outside = || {
        CommandError::new(
            Code::Failed,
            format!("`{}` is not in the repository", path.display()),
        )
    };
    let folder = std::env::current_dir()?.canonicalize()?;
    let absolute = spelled(&folder.join(path));
    // A repository that is reached through a link has two names.
    let inside = match absolute.strip_prefix(repository.root()) {
        Ok(inside) => inside.to_owned(),
        Err(_) => absolute
            .canonicalize()
            .map_err(|_| outside())?
            .strip_prefix(repository.root())
            .map_err(|_| outside())?
            .to_owned(),
    };
    let text = inside.to_str().ok_or_else(outside)?;
    RepoPath::new(text).map_err(|_| outside())
}

/// `path` without `.` and `..`, by name alone.
fn spelled(path: &Path) -> PathBuf {
    let mut spelled = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                spelled.pop();
            }
            component => spelled.push(component),
        }
    }
    spelled
}
