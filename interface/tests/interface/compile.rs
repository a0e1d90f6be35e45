//! From the text of a `.proto` to an interface.

use prost_reflect::{DescriptorPool, ServiceDescriptor};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver};
use vimana_interface::{DescriptorFinding, Interface};

struct Memory(Vec<(String, String)>);

impl FileResolver for Memory {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.iter().find(|(known, _)| known == name) {
            Some((_, text)) => File::from_source(name, text),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

/// The pool of these files; the first is the one that is compiled.
pub(crate) fn pool(files: &[(&str, &str)]) -> DescriptorPool {
    let mut sources = vec![(
        "vimana/options.proto".to_owned(),
        vimana_proto::OPTIONS_PROTO.to_owned(),
    )];
    sources.extend(
        files
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned())),
    );
    let mut resolver = ChainFileResolver::new();
    resolver.add(Memory(sources));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_source_info(true).include_imports(true);
    compiler
        .open_file(files[0].0)
        .unwrap_or_else(|error| panic!("{error:?}\n{}", files[0].1));
    compiler.descriptor_pool()
}

/// The one service of the first file.
pub(crate) fn service(files: &[(&str, &str)]) -> ServiceDescriptor {
    let pool = pool(files);
    let file = pool.get_file_by_name(files[0].0).unwrap();
    file.services().next().unwrap()
}

/// The interface of the one service of the first file.
pub(crate) fn interface_of(files: &[(&str, &str)]) -> Interface {
    try_interface_of(files).unwrap_or_else(|findings| panic!("{findings:#?}"))
}

/// The interface of the one service of the first file, or what is against it.
pub(crate) fn try_interface_of(
    files: &[(&str, &str)],
) -> Result<Interface, Vec<DescriptorFinding>> {
    Interface::new(&service(files), &semver::Version::new(1, 0, 0))
}

/// The interface of a service `bar.FooService`, with one method
/// `Do(Request) returns (Response)`; `body` defines the messages.
pub(crate) fn interface(body: &str) -> Interface {
    interface_of(&[("foo.proto", &foo(body))])
}

/// What is against such an interface.
pub(crate) fn findings(body: &str) -> Vec<DescriptorFinding> {
    try_interface_of(&[("foo.proto", &foo(body))]).unwrap_err()
}

/// The text of such a file.
pub(crate) fn foo(body: &str) -> String {
    format!(
        r#"syntax = "proto3";
package bar;
import "vimana/options.proto";
service FooService {{
  rpc Do(Request) returns (Response);
}}
{body}
"#
    )
}
