//! What the compiler reads: a work tree, a git revision or memory, behind one
//! trait.
//!
//! # What is shown
//!
//! Every source shows the same files for the same commit:
//!
//! - folders named `.git`, `.vimana`, `target` and `node_modules` are passed
//!   over, at any depth;
//! - in a work tree, so is what `.gitignore` ignores, unless git tracks it, and
//!   so are repositories within the repository;
//! - a symbolic link is listed as such and never entered.
//!
//! # What is read
//!
//! Any path within the root, listed or not, up to [`MAX_FILE_BYTES`]. Symbolic
//! links are followed as long as they stay within the root, wherever in the
//! path they stand; an absolute one never does, since it means something else
//! on each machine.

mod content;
mod error;
mod git;
mod memory;
mod metered;
mod overlay;
mod path;
mod resolve;
mod revision;
mod sorted;
mod stamp;
#[cfg(test)]
mod tests;
mod text;
mod tracked;
mod work_tree;
mod work_tree_git;

use std::sync::Arc;

pub use content::ContentId;
pub use error::SourceError;
pub use memory::Memory;
pub(crate) use metered::Metered;
pub use overlay::Overlay;
pub use path::{RepoPath, RepoPathError};
#[cfg(test)]
pub(crate) use resolve::MAX_LINKS;
pub use revision::GitRevision;
#[cfg(test)]
pub(crate) use revision::MAX_DEPTH;
pub use stamp::{Remembered, Stamp, Time};
pub(crate) use text::{read_error, read_text, text_of};
pub use work_tree::WorkTree;

/// The size of the largest file that is read: 64 MiB, well above the largest
/// components that toolchains make today.
pub const MAX_FILE_BYTES: u64 = 64 << 20;

/// How many files a source lists at most: far more than a compilation takes, and
/// few enough to hold in memory.
pub const MAX_LISTED: usize = 500_000;

/// Where a compilation reads its files.
///
/// A source is made for one compilation: what it knows about the state of git
/// is taken once.
pub trait Source: Send + Sync {
    /// The commit in hexadecimal: the one of a revision, or `HEAD` of the
    /// repository that holds a work tree.
    fn commit(&self) -> Option<&str>;

    /// Every file and symbolic link, sorted by path.
    fn entries(&self) -> Result<Vec<Entry>, SourceError>;

    /// The bytes of a file, through symbolic links.
    fn read(&self, path: &RepoPath) -> Result<Arc<[u8]>, SourceError>;

    /// The same, with the name of what was read; none where it has none.
    fn read_named(&self, path: &RepoPath) -> Result<Named, SourceError> {
        let bytes = self.read(path)?;
        Ok(Named {
            content: ContentId::of(&bytes),
            bytes,
        })
    }

    /// Whether there is certainly nothing at `path`, listed or not.
    fn is_absent(&self, path: &RepoPath) -> bool {
        matches!(
            self.read(path),
            Err(SourceError::NotFound { .. } | SourceError::NotAFile { .. })
        )
    }

    /// Whether there may be something at a path that [`Source::entries`] did not
    /// list, which takes no look to answer.
    fn may_hide(&self, _path: &str) -> bool {
        true
    }

    /// What a later source of the same folder may remember; none where there is
    /// nothing, or nothing new.
    fn remembered(&self) -> Option<Remembered> {
        None
    }

    /// Whether the file differs from [`Source::commit`], or is not in it. True
    /// where that cannot be told.
    fn is_modified(&self, path: &RepoPath) -> bool;
}

/// The bytes of a file, and what they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// Their name; none where they have none.
    pub content: Option<ContentId>,
}

/// A file of a [`Source`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Where it is. For [`EntryKind::BadName`], as nearly as UTF-8 can spell it.
    pub path: RepoPath,
    /// What it is.
    pub kind: EntryKind,
    /// What it holds, where that is known without reading it.
    pub content: Option<ContentId>,
}

/// What an [`Entry`] is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link, to a file, to a folder or to nothing.
    Symlink {
        /// The path that it holds.
        target: String,
        /// Whether it leads out of the root.
        escapes: bool,
    },
    /// A file or folder whose name is not UTF-8, so that no configuration can
    /// name it. It is neither entered nor read.
    BadName,
}

/// The folders that hold no configuration: git's own, vimana's state, and what
/// builds leave behind.
fn is_skipped_folder(name: &str) -> bool {
    matches!(name, ".git" | ".vimana" | "target" | "node_modules")
}
