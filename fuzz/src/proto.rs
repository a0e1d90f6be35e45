use vimana_compiler::interfaces;
use vimana_compiler::source::{Memory, RepoPath};
use vimana_interface::SERVICE_WIT;
use wit_parser::Resolve;

use crate::repository::{SETTINGS, check, compiled};

/// What the definition may import.
const SHARED: &str = "syntax = \"proto3\"; package shared;\n\
    message Shared { string name = 1; Shared next = 2; map<string, Kind> kinds = 3; }\n\
    enum Kind { KIND_UNSPECIFIED = 0; KIND_ONE = 1; }\n";

/// The `.proto` of a service. What becomes an interface is printed as WIT that
/// resolves.
pub(crate) fn run(data: &[u8]) {
    compiled([
        ("vimana.toml", SETTINGS.as_bytes()),
        ("a/a.proto", data),
        ("shared.proto", SHARED.as_bytes()),
    ]);
    let files = [("a/a.proto", data), ("shared.proto", SHARED.as_bytes())];
    let source = Memory::from_files(files).unwrap();
    let path = RepoPath::new("a/a.proto").unwrap();
    let found = interfaces(&source, &path, &[]);
    check(&found.diagnostics, &found.files);
    for interface in &found.interfaces {
        let wit = interface.to_wit();
        let mut resolve = Resolve::new();
        resolve.push_source("service.wit", SERVICE_WIT).unwrap();
        if let Err(error) = resolve.push_source("package.wit", &wit) {
            panic!("{}\n{wit}", resolve.render_error(&error));
        }
    }
}
