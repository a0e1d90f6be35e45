use std::path::PathBuf;

use super::RepoPath;

/// Why a [`Source`](super::Source) could not be opened, listed or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// There is no such file.
    #[error("there is no file `{path}`")]
    NotFound {
        /// The path that was asked for.
        path: RepoPath,
    },
    /// It is a folder, a device, a socket or a submodule.
    #[error("`{path}` is no regular file")]
    NotAFile {
        /// The path that was asked for.
        path: RepoPath,
    },
    /// It is larger than what is read.
    #[error("`{path}` has {size} bytes; at most {limit} are read")]
    TooLarge {
        /// The path that was asked for.
        path: RepoPath,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// A symbolic link on the way leads out of the root.
    #[error("`{link}` is a symbolic link to `{target}`, which is outside of the repository")]
    Escapes {
        /// The path that was asked for.
        path: RepoPath,
        /// The link: the path itself, or a folder of it.
        link: RepoPath,
        /// What the link holds.
        target: String,
    },
    /// The symbolic links on the way have no end.
    #[error("`{path}` passes through more than {limit} symbolic links")]
    LinkLoop {
        /// The path that was asked for.
        path: RepoPath,
        /// How many are followed.
        limit: usize,
    },
    /// The system refused to read it.
    #[error("`{path}` cannot be read")]
    Read {
        /// The path that was asked for.
        path: RepoPath,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The root is no folder that can be read.
    #[error("`{}` cannot be opened", root.display())]
    Root {
        /// The root.
        root: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The root is in no git repository.
    #[error("`{}` is in no git repository", root.display())]
    NoRepository {
        /// The root.
        root: PathBuf,
        /// Why.
        #[source]
        source: git2::Error,
    },
    /// The repository has no such revision.
    #[error("there is no revision `{revision}`")]
    Revision {
        /// What was asked for.
        revision: String,
        /// Why.
        #[source]
        source: git2::Error,
    },
    /// The revision has no such folder.
    #[error("revision `{revision}` has no folder `{folder}`")]
    RootNotInRevision {
        /// The commit.
        revision: String,
        /// The folder, from the root of the git repository.
        folder: RepoPath,
    },
    /// Git failed.
    #[error("the git repository cannot be read")]
    Git(#[from] git2::Error),
    /// There are more files than are listed.
    #[error("there are more than {limit} files")]
    TooManyFiles {
        /// How many are listed.
        limit: usize,
    },
    /// More was read before than there may be.
    #[error("more than {limit} bytes would be read")]
    Exceeded {
        /// How many bytes are read.
        limit: u64,
    },
    /// The folders are nested more deeply than is sane.
    #[error("`{path}` is nested more than {limit} folders deep")]
    TooDeep {
        /// The folder.
        path: RepoPath,
        /// How deep folders may be nested.
        limit: usize,
    },
}
