//! Files as configuration: text, or a diagnostic that says why not.

use super::{RepoPath, Source, SourceError};
use crate::diagnostic::{Diagnostic, SourceFiles};
use crate::rules::{
    escaping_symlink, file_too_large, invalid_utf8, unreadable_file, unreadable_source,
};

/// The text of the file at `path`, which `files` gets too, if it has at most
/// `limit` bytes and is UTF-8.
pub(crate) fn read_text(
    source: &dyn Source,
    path: &RepoPath,
    limit: u64,
    files: &mut SourceFiles,
) -> Result<String, Diagnostic> {
    let bytes = source.read(path).map_err(|error| read_error(&error))?;
    let size = bytes.len() as u64;
    if size > limit {
        return Err(file_too_large::diagnostic(path, size, limit));
    }
    files.insert(path.clone(), &bytes);
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(invalid_utf8::diagnostic(path, &bytes, error)),
    }
}

/// What a user reads about `error`.
pub(crate) fn read_error(error: &SourceError) -> Diagnostic {
    match error {
        SourceError::TooLarge { path, size, limit } => {
            file_too_large::diagnostic(path, *size, *limit)
        }
        SourceError::Escapes { link, target, .. } => escaping_symlink::diagnostic(link, target),
        SourceError::NotFound { path } => unreadable_file::diagnostic(path, "there is none"),
        SourceError::NotAFile { path } => {
            unreadable_file::diagnostic(path, "it is no regular file")
        }
        SourceError::LinkLoop { path, limit } => unreadable_file::diagnostic(
            path,
            &format!("it passes through more than {limit} symbolic links"),
        ),
        SourceError::Read { path, source } => {
            unreadable_file::diagnostic(path, &source.to_string())
        }
        SourceError::Git(source) => unreadable_source::diagnostic(source.message()),
        SourceError::Root { .. }
        | SourceError::NoRepository { .. }
        | SourceError::Revision { .. }
        | SourceError::RootNotInRevision { .. }
        | SourceError::TooDeep { .. } => unreadable_source::diagnostic(&error.to_string()),
    }
}
