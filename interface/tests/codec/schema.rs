//! The codecs of `rich.proto` and `old.proto`.

use std::sync::LazyLock;

use bytes::BytesMut;
use prost_reflect::{DescriptorPool, MessageDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use vimana_interface::Interface;
use vimana_interface::codec::{CodecError, MessageCodec, MethodCodec};
use wasmtime::component::Val;

struct Files;

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match name {
            "rich.proto" => File::from_source(name, include_str!("rich.proto")),
            "old.proto" => File::from_source(name, include_str!("old.proto")),
            _ => Err(protox::Error::file_not_found(name)),
        }
    }
}

pub(crate) static INTERFACE: LazyLock<Interface> = LazyLock::new(|| {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Files);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    compiler.open_file("rich.proto").unwrap();
    let pool: DescriptorPool = compiler.descriptor_pool();
    let service = pool.get_service_by_name("rich.RichService").unwrap();
    Interface::new(&service, &semver::Version::new(1, 0, 0)).unwrap()
});

/// The codec of the first method's request, of the text of a `.proto`.
pub(crate) fn codec_of(proto: &str) -> MessageCodec {
    let mut compiler = protox::Compiler::with_file_resolver(Text(proto.to_owned()));
    compiler.open_file("text.proto").unwrap();
    let service = compiler.descriptor_pool().services().next().unwrap();
    let interface = Interface::new(&service, &semver::Version::new(1, 0, 0)).unwrap();
    MethodCodec::new(&interface, &interface.methods()[0]).request
}

struct Text(String);

impl FileResolver for Text {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        File::from_source(name, &self.0)
    }
}

fn codec(function: &str) -> MethodCodec {
    let method = INTERFACE.methods().iter().find(|m| m.function == function);
    MethodCodec::new(&INTERFACE, method.unwrap())
}

pub(crate) static RICH: LazyLock<MessageCodec> = LazyLock::new(|| codec("exchange").request);
pub(crate) static OLD: LazyLock<MessageCodec> = LazyLock::new(|| codec("keep").request);
pub(crate) static COUNT: LazyLock<MethodCodec> = LazyLock::new(|| codec("count"));
pub(crate) static NOTHING: LazyLock<MethodCodec> = LazyLock::new(|| codec("nothing"));

pub(crate) fn descriptor(name: &str) -> MessageDescriptor {
    let pool = INTERFACE.service().parent_pool();
    pool.get_message_by_name(name).unwrap()
}

pub(crate) fn to_protobuf(codec: &MessageCodec, value: &Val) -> Result<Vec<u8>, CodecError> {
    let mut out = BytesMut::new();
    codec.to_protobuf(value, &mut out)?;
    Ok(out.to_vec())
}

pub(crate) fn to_json(codec: &MessageCodec, value: &Val) -> Result<String, CodecError> {
    let mut out = Vec::new();
    codec.to_json(value, &mut out)?;
    Ok(String::from_utf8(out).unwrap())
}

/// The field of a record.
pub(crate) fn get<'a>(value: &'a Val, name: &str) -> &'a Val {
    let Val::Record(record) = value else {
        panic!("{value:?} is no record");
    };
    let field = record.iter().find(|(known, _)| known == name);
    &field
        .unwrap_or_else(|| panic!("{name} is not in {record:?}"))
        .1
}

pub(crate) fn some(value: Val) -> Val {
    Val::Option(Some(Box::new(value)))
}

pub(crate) fn string(text: &str) -> Val {
    Val::String(text.to_owned())
}

pub(crate) fn variant(case: &str, payload: Val) -> Val {
    Val::Variant(case.to_owned(), Some(Box::new(payload)))
}
