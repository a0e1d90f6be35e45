//! The files of a service definition, of which most are those of many other
//! definitions, too: each is kept once.

use std::collections::HashSet;

use bytes::Bytes;
use prost::{DecodeError, Message as _};

/// A `google.protobuf.FileDescriptorSet` whose files are left as they were encoded:
/// decoding them would lose options.
#[derive(Debug, Clone)]
pub struct DescriptorSet {
    files: Box<[Bytes]>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Encoded {
    #[prost(bytes = "bytes", repeated, tag = "1")]
    file: Vec<Bytes>,
}

impl DescriptorSet {
    /// The files of an encoded set; the bytes are shared, not copied.
    pub fn decode(set: Bytes) -> Result<Self, DecodeError> {
        let files = Encoded::decode(set)?.file.into();
        Ok(Self { files })
    }

    /// The files, each a `google.protobuf.FileDescriptorProto`.
    pub fn files(&self) -> &[Bytes] {
        &self.files
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> usize {
        self.files.iter().map(Bytes::len).sum()
    }

    /// The set as one message.
    pub fn encode(&self) -> Bytes {
        let file = self.files.to_vec();
        Encoded { file }.encode_to_vec().into()
    }
}

/// Files that sets have in common.
#[derive(Debug, Default)]
pub(crate) struct SharedFiles {
    files: HashSet<Bytes>,
}

impl SharedFiles {
    /// The same set with the files that are known already, and none of the bytes that
    /// it came in.
    pub(crate) fn share(&mut self, set: &DescriptorSet) -> DescriptorSet {
        if self.files.len() == self.files.capacity() {
            // Those of which no set is left.
            self.files.retain(|file| !file.is_unique());
        }
        let files = set.files.iter().map(|file| {
            if let Some(known) = self.files.get(file) {
                return known.clone();
            }
            let own = Bytes::copy_from_slice(file);
            self.files.insert(own.clone());
            own
        });
        DescriptorSet {
            files: files.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(files: &[&'static [u8]]) -> DescriptorSet {
        DescriptorSet {
            files: files.iter().copied().map(Bytes::from_static).collect(),
        }
    }

    #[test]
    fn a_set_is_encoded_as_it_was() {
        let long = [7; 300].as_slice();
        let leaked: &'static [u8] = Box::leak(long.into());
        let encoded = set(&[b"one", leaked, b""]).encode();
        let message = Encoded::decode(encoded.clone()).unwrap();
        assert_eq!(message.file.len(), 3);
        assert_eq!(message.encode_to_vec(), encoded);
        let again = DescriptorSet::decode(encoded.clone()).unwrap();
        assert_eq!(again.encode(), encoded);
        assert_eq!(again.bytes(), 303);
    }

    #[test]
    fn files_of_several_sets_are_the_same_bytes() {
        let mut shared = SharedFiles::default();
        let first = shared.share(&set(&[b"common", b"first"]));
        let second = shared.share(&set(&[b"common", b"second"]));
        assert_eq!(first.files()[0].as_ptr(), second.files()[0].as_ptr());
        assert_eq!(second.files()[1], "second");
    }

    #[test]
    fn files_that_no_set_has_are_let_go() {
        let mut shared = SharedFiles::default();
        let kept = shared.share(&set(&[b"kept"]));
        for index in 0..10_000_u32 {
            let file = Bytes::copy_from_slice(&index.to_le_bytes());
            let files = Box::new([file]);
            shared.share(&DescriptorSet { files });
        }
        assert!(shared.files.len() < 100, "{}", shared.files.len());
        assert!(shared.files.contains(&kept.files()[0]));
    }
}
