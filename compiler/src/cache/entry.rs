use sha2::{Digest as _, Sha256};

use super::Key;

/// How many bytes of a SHA-256 tell damaged entries from others.
const CHECKSUM: usize = 16;

/// Something to keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is found by.
    pub key: Key,
    /// Which of the entries of this key it is: it replaces that one.
    pub variant: [u8; 32],
    /// What is kept: a checksum, and what it is the checksum of.
    pub bytes: Vec<u8>,
}

impl Entry {
    pub(super) fn new(key: Key, variant: [u8; 32], content: &[u8]) -> Self {
        let mut bytes = Vec::with_capacity(CHECKSUM + content.len());
        bytes.extend_from_slice(&checksum(key, content));
        bytes.extend_from_slice(content);
        Self {
            key,
            variant,
            bytes,
        }
    }
}

/// What was kept under `key`; none where `bytes` are damaged.
pub(super) fn content(key: Key, bytes: &[u8]) -> Option<&[u8]> {
    let (expected, content) = bytes.split_at_checked(CHECKSUM)?;
    (checksum(key, content) == expected).then_some(content)
}

/// The key is part of it, so that an entry is not taken for that of another key.
fn checksum(key: Key, content: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(content);
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&hash.finalize()[..CHECKSUM]);
    checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_that_is_damaged_cut_or_moved_is_none() {
        let key = Key::of_descriptor(b"a");
        let entry = Entry::new(key, [0; 32], b"content");
        assert_eq!(content(key, &entry.bytes), Some(&b"content"[..]));
        assert_eq!(content(Key::of_descriptor(b"b"), &entry.bytes), None);
        for length in 0..entry.bytes.len() {
            assert_eq!(content(key, &entry.bytes[..length]), None);
        }
        for at in 0..entry.bytes.len() {
            let mut bytes = entry.bytes.clone();
            bytes[at] ^= 1;
            assert_eq!(content(key, &bytes), None);
        }
    }
}
