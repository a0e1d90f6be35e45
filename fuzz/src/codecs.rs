//! The codecs of the messages that the codec's own tests use: every kind of
//! field of proto3 and of proto2, every well-known type, and recursion.

use std::sync::LazyLock;

use bytes::BytesMut;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use vimana_interface::Interface;
use vimana_interface::codec::{MessageCodec, MethodCodec};
use wasmtime::component::Val;

struct Files;

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match name {
            "rich.proto" => {
                File::from_source(name, include_str!("../../interface/tests/codec/rich.proto"))
            }
            "old.proto" => {
                File::from_source(name, include_str!("../../interface/tests/codec/old.proto"))
            }
            _ => Err(protox::Error::file_not_found(name)),
        }
    }
}

static CODECS: LazyLock<Vec<MessageCodec>> = LazyLock::new(|| {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Files);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    compiler.open_file("rich.proto").unwrap();
    let pool = compiler.descriptor_pool();
    let service = pool.get_service_by_name("rich.RichService").unwrap();
    let interface = Interface::new(&service, &semver::Version::new(1, 0, 0)).unwrap();
    let methods = interface.methods().iter();
    methods
        .flat_map(|method| {
            let codec = MethodCodec::new(&interface, method);
            [codec.request, codec.response]
        })
        .collect()
});

/// The codec that the first byte of the input names, and the rest of the input.
pub(crate) fn choose(data: &[u8]) -> Option<(&'static MessageCodec, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((&CODECS[usize::from(*first) % CODECS.len()], rest))
}

/// The value as Protobuf. Whatever was read can be written.
pub(crate) fn bytes(codec: &MessageCodec, value: &Val) -> BytesMut {
    let mut out = BytesMut::new();
    codec.to_protobuf(value, &mut out).unwrap();
    out
}

/// The value as JSON, which some values have none of: a date beyond the year
/// 9999, an `Any` of an unknown type.
pub(crate) fn json(codec: &MessageCodec, value: &Val) -> Option<serde_json::Value> {
    let mut out = Vec::new();
    codec.to_json(value, &mut out).ok()?;
    Some(serde_json::from_slice(&out).unwrap())
}
