//! The codecs of the suite's test messages.

use std::collections::HashMap;

use protox::Compiler;
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use vimana_interface::codec::MessageCodec;
use vimana_interface::{DescriptorFinding, Interface};

/// A codec is one of a service: this one takes each message that the suite sends.
const SERVICE: &str = r#"
    syntax = "proto3";
    package conformance;
    import "google/protobuf/test_messages_proto2.proto";
    import "google/protobuf/test_messages_proto3.proto";
    service Conformance {
      rpc Proto2(protobuf_test_messages.proto2.TestAllTypesProto2)
          returns (protobuf_test_messages.proto2.TestAllTypesProto2);
      rpc Required(protobuf_test_messages.proto2.TestAllRequiredTypesProto2)
          returns (protobuf_test_messages.proto2.TestAllRequiredTypesProto2);
      rpc Proto3(protobuf_test_messages.proto3.TestAllTypesProto3)
          returns (protobuf_test_messages.proto3.TestAllTypesProto3);
    }
"#;

const FILES: [(&str, &str); 3] = [
    ("conformance/service.proto", SERVICE),
    (
        "google/protobuf/test_messages_proto2.proto",
        include_str!("../../../conformance/google/protobuf/test_messages_proto2.proto"),
    ),
    (
        "google/protobuf/test_messages_proto3.proto",
        include_str!("../../../conformance/google/protobuf/test_messages_proto3.proto"),
    ),
];

/// Why there are no codecs. A defect of this program or of the files within it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    #[error("the test messages do not compile")]
    Compile(#[from] protox::Error),
    #[error("`{0}` is not among the test messages")]
    NoService(&'static str),
    #[error("the test messages have no WIT: {0:?}")]
    Interface(Vec<DescriptorFinding>),
}

struct Files;

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match FILES.iter().find(|(known, _)| *known == name) {
            Some((_, text)) => File::from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The codecs by the full names of their messages.
pub(crate) fn codecs() -> Result<HashMap<String, MessageCodec>, SchemaError> {
    const NAME: &str = "conformance.Conformance";

    let mut resolver = ChainFileResolver::new();
    resolver.add(Files);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    compiler.open_file(FILES[0].0)?;
    let pool = compiler.descriptor_pool();
    let service = pool
        .get_service_by_name(NAME)
        .ok_or(SchemaError::NoService(NAME))?;
    let version = semver::Version::new(1, 0, 0);
    let interface = Interface::new(&service, &version).map_err(SchemaError::Interface)?;
    let codecs = interface.methods().iter().map(|method| {
        let message = method.descriptor.input();
        let codec = MessageCodec::new(&interface, &message);
        (message.full_name().to_owned(), codec)
    });
    Ok(codecs.collect())
}
