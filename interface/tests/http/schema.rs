//! Compiles the service of the tests.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, MethodDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};

struct Files(String);

impl FileResolver for Files {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        let text = match name {
            "library.proto" => &self.0,
            "vimana/options.proto" => vimana_proto::OPTIONS_PROTO,
            "google/api/http.proto" => vimana_proto::GOOGLE_HTTP_PROTO,
            "google/api/httpbody.proto" => vimana_proto::GOOGLE_HTTPBODY_PROTO,
            "google/api/annotations.proto" => vimana_proto::GOOGLE_ANNOTATIONS_PROTO,
            _ => return Err(protox::Error::file_not_found(name)),
        };
        File::from_source(name, text)
    }
}

pub(crate) fn compile(text: &str) -> DescriptorPool {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Files(text.to_owned()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true);
    compiler.open_file("library.proto").unwrap();
    compiler.descriptor_pool()
}

static POOL: LazyLock<DescriptorPool> = LazyLock::new(|| compile(include_str!("library.proto")));

pub(crate) fn method(name: &str) -> MethodDescriptor {
    method_of(&POOL, name)
}

pub(crate) fn method_of(pool: &DescriptorPool, name: &str) -> MethodDescriptor {
    let mut methods = pool.services().flat_map(|service| {
        let methods: Vec<_> = service.methods().collect();
        methods
    });
    methods.find(|method| method.name() == name).unwrap()
}
