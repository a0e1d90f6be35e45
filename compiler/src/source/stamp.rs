//! What a work tree held when it was last read, so that what has not changed
//! since is not read again to know its content.

use std::fs::Metadata;

use serde::{Deserialize, Serialize};

use super::sorted::Sorted;
use super::{ContentId, RepoPath};

/// What the system says about a file without reading it. A file that was written
/// has another, unless that was within the grain of the file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    pub(super) size: u64,
    pub(super) inode: u64,
    pub(super) modified: Time,
    /// When the file was last changed in any way; no program can set it.
    pub(super) changed: Time,
}

/// Seconds and nanoseconds of a file system's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Time(pub(super) i64, pub(super) u32);

impl Stamp {
    /// The stamp of a file; none where the system has no such thing.
    #[cfg(unix)]
    pub fn of(metadata: &Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let time = |seconds, nanoseconds| Time(seconds, u32::try_from(nanoseconds).unwrap_or(0));
        Some(Self {
            size: metadata.size(),
            inode: metadata.ino(),
            modified: time(metadata.mtime(), metadata.mtime_nsec()),
            changed: time(metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// The stamp of a file; none where the system has no such thing.
    #[cfg(not(unix))]
    pub fn of(_metadata: &Metadata) -> Option<Self> {
        None
    }

    /// When the file was last changed in any way, by its file system's clock.
    #[must_use]
    pub const fn changed(&self) -> Time {
        self.changed
    }

    /// Whether a file that was read after `now` and had this stamp has another
    /// one as soon as it is written again: whether it was last changed before.
    fn is_settled(&self, now: Time) -> bool {
        self.changed < now && self.modified < now
    }
}

/// The contents of the files of a work tree, each with the stamp that the file
/// had.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remembered(Sorted<(Stamp, ContentId)>);

impl Remembered {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The content of the file at `path`, where it has the stamp that it had.
    pub(super) fn content(&self, path: &RepoPath, stamp: &Stamp) -> Option<ContentId> {
        let (known, content) = self.0.get(path.as_str())?;
        (known == stamp).then_some(*content)
    }

    /// What was read after `now`, in the order of the paths, without files that may
    /// be written again and keep their stamps.
    pub(super) fn of<'f>(
        files: impl Iterator<Item = (&'f RepoPath, Stamp, ContentId)>,
        now: Time,
    ) -> Self {
        let settled = files.filter(|(_, stamp, _)| stamp.is_settled(now));
        Self(
            settled
                .map(|(path, stamp, content)| (path.as_str(), (stamp, content)))
                .collect(),
        )
    }

    /// How many files are known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether no file is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files, in the order of their paths, as bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let files: Vec<_> = self.0.iter().collect();
        postcard::to_stdvec(&files).unwrap_or_default()
    }

    /// What [`Self::encode`] encoded; none where `bytes` are not that.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let files: Vec<(&str, (Stamp, ContentId))> = postcard::from_bytes(bytes).ok()?;
        Some(Self(files.into_iter().collect()))
    }
}
