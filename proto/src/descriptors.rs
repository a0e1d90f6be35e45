use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DynamicMessage};

/// The encoded `google.protobuf.FileDescriptorSet` of every file of this crate,
/// with the extensions in their options.
pub const DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.binpb"));

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| {
    DescriptorPool::decode(DESCRIPTOR_SET)
        .expect("protox wrote this set in build.rs and resolved it")
});

/// The descriptors of every file of this crate.
#[must_use]
pub fn descriptor_pool() -> &'static DescriptorPool {
    &POOL
}

/// The same message with its descriptor, for whoever walks fields: diffing,
/// redaction, JSON.
#[must_use]
pub fn to_dynamic<M: prost::Name>(message: &M) -> DynamicMessage {
    let descriptor = POOL
        .get_message_by_name(&M::full_name())
        .expect("a type that build.rs generated is in the set that build.rs wrote");
    let mut dynamic = DynamicMessage::new(descriptor);
    dynamic
        .transcode_from(message)
        .expect("the bytes of a message decode as that message");
    dynamic
}
