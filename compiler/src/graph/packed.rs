use std::sync::Arc;

use prost::Message as _;
use prost::encoding::{WireType, encode_key, encode_varint};
use vimana_proto::state::v1::{Interface, Spec, spec};

/// A spec as the graph keeps it: encoded, and of an interface the descriptors of
/// its files apart, since thousands of interfaces share most of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackedSpec {
    /// The encoded spec, of an interface without `file_descriptor_set`.
    pub(crate) head: Box<[u8]>,
    /// The encoded descriptors of an interface's files, dependencies first.
    pub(crate) files: Box<[Arc<[u8]>]>,
}

impl PackedSpec {
    pub(crate) fn new(spec: &Spec) -> Self {
        Self {
            head: spec.encode_to_vec().into(),
            files: Box::default(),
        }
    }

    /// The spec of `interface`, whose `file_descriptor_set` is empty, with `files`.
    pub(super) fn of_interface(interface: Interface, files: Vec<Arc<[u8]>>) -> Self {
        let spec = Spec::from(spec::Kind::Interface(interface));
        Self {
            files: files.into(),
            ..Self::new(&spec)
        }
    }

    pub(crate) fn unpack(&self) -> Spec {
        let mut spec = Spec::decode(&*self.head).expect(
            "it is what `new` encoded, or was read from a cache whose checksum says that it is",
        );
        if let Some(spec::Kind::Interface(interface)) = &mut spec.kind {
            interface.file_descriptor_set = descriptor_set(&self.files);
        }
        spec
    }
}

/// The encoded `google.protobuf.FileDescriptorSet` of `files`.
fn descriptor_set(files: &[Arc<[u8]>]) -> Vec<u8> {
    /// `file` of `google.protobuf.FileDescriptorSet`.
    const FILE: u32 = 1;
    /// The most that a key and a length take.
    const OVERHEAD: usize = 11;
    let length = files.iter().map(|file| file.len() + OVERHEAD).sum();
    let mut set = Vec::with_capacity(length);
    for file in files {
        encode_key(FILE, WireType::LengthDelimited, &mut set);
        encode_varint(file.len() as u64, &mut set);
        set.extend_from_slice(file);
    }
    set
}
