use std::fmt;

use git2::{ObjectType, Oid};
use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

/// What a file holds, by git's name for it: the id of a blob with these bytes. So
/// a work tree and a revision that hold the same call it the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentId([u8; 20]);

impl ContentId {
    /// The id of `bytes`; none where they were made to collide with others, which
    /// git refuses to name.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let id = Oid::hash_object(ObjectType::Blob, bytes).ok()?;
        Some(Self::from_oid(id))
    }

    /// Whether these are bytes that git gave this id, and not others that were made
    /// to collide with them: what git has in its index, it looked at for that.
    pub(super) fn is_of_tracked(&self, bytes: &[u8]) -> bool {
        let mut hash = Sha1::new();
        hash.update(format!("blob {}\0", bytes.len()));
        hash.update(bytes);
        hash.finalize()[..] == self.0
    }

    /// The id that git gives.
    pub(super) fn from_oid(id: Oid) -> Self {
        let mut bytes = [0; 20];
        // An id of SHA-256, which libgit2 can be built with, is cut: still a
        // hash of the content.
        for (to, from) in bytes.iter_mut().zip(id.as_bytes()) {
            *to = *from;
        }
        Self(bytes)
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Debug for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_has_the_id_that_git_gives_it() {
        let expected = "ce013625030ba8dba906f756967f9e9ca394464a";
        assert_eq!(
            format!("{:?}", ContentId::of(b"hello\n").unwrap()),
            expected
        );
    }

    #[test]
    fn what_git_tracks_is_told_from_other_content() {
        let tracked = ContentId::of(b"hello\n").unwrap();
        assert!(tracked.is_of_tracked(b"hello\n"));
        assert!(!tracked.is_of_tracked(b"hello"));
    }
}
