//! Repositories in memory, and components that fit them.

use std::fmt::Write as _;

use vimana_compiler::cache::InMemory;
use vimana_compiler::diagnostic::{Diagnostic, Severity, SourceFiles, Span};
use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Compilation, Findings, Hooks, Options, check_with, compile, interfaces};
use vimana_interface::SERVICE_WIT;
use vimana_proto::Kind;
use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

/// `foo.proto` of the walkthrough, word for word.
pub const FOO: &str = include_str!("../../../examples/repo/walkthrough/foo.proto");

/// The deployment configuration of the walkthrough, word for word.
pub const FOO_CONFIG: &str = include_str!("walkthrough/service.txtpb");

/// Settings in which the walkthrough's regions and variable are known.
pub const SETTINGS: &str = r#"[workspace]
name = "acme"
domain = "example.com"

[cluster.local]
also = ["aws/us-east-1", "aws/eu-west-1"]

[variable.GRAFANA_TOKEN]
env = "GRAFANA_TOKEN"
secret = true
"#;

/// A definition with one method, `rpc`, and an HTTP rule.
pub fn definition(package: &str, id: u32, version: &str, path: &str) -> String {
    format!(
        r#"syntax = "proto3";
package {package};
import "vimana/options.proto";
service Things {{
  option (vimana.service) = {{
    id: "00000000-0000-4000-8000-{id:012}"
    version: "{version}"
  }};
  rpc Get(Request) returns (Response) {{
    option (vimana.http) = {{ get: "{path}" }};
  }}
}}
message Request {{ string name = 1; }}
message Response {{ string text = 1; }}
"#
    )
}

/// A repository of these files.
pub fn repo<'a>(files: impl IntoIterator<Item = (&'a str, Vec<u8>)>) -> Memory {
    Memory::from_files(files).unwrap()
}

/// A text as a file.
pub fn text(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// The walkthrough as a repository, with a component.
pub fn walkthrough() -> Memory {
    repo([
        ("vimana.toml", text(SETTINGS)),
        ("walkthrough/foo.proto", text(FOO)),
        ("walkthrough/service.txtpb", text(FOO_CONFIG)),
        ("walkthrough/foo-1.0.0.wasm", component(FOO)),
    ])
}

/// The WIT of the service in `proto`.
pub fn wit(proto: &str) -> String {
    let path = RepoPath::new("x.proto").unwrap();
    let source = repo([("x.proto", text(proto))]);
    let found = interfaces(&source, &path, &[]);
    let errors: Vec<_> = found
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    found.interfaces[0].to_wit()
}

/// A component for the service in `proto`, whose functions trap.
pub fn component(proto: &str) -> Vec<u8> {
    component_of_wit(&wit(proto))
}

/// A component for the only world of `wit`.
pub fn component_of_wit(wit: &str) -> Vec<u8> {
    ComponentEncoder::default()
        .validate(true)
        .module(&module_of_wit(wit))
        .unwrap()
        .encode()
        .unwrap()
}

/// A core module with metadata for the only world of `wit`.
pub fn module_of_wit(wit: &str) -> Vec<u8> {
    let mut resolve = Resolve::new();
    resolve.push_source("service.wit", SERVICE_WIT).unwrap();
    let package = resolve.push_source("package.wit", wit).unwrap();
    let world = resolve.select_world(&[package], None).unwrap();
    let mangling = ManglingAndAbi::Legacy(LiftLowerAbi::AsyncCallback);
    let mut module = dummy_module(&resolve, world, mangling);
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8).unwrap();
    module
}

/// Compiles with the usual bounds. A check, cold and warm, says the same of it.
pub fn compiled(source: &Memory) -> Compilation {
    let options = Options::default();
    let compilation = compile(source, &options);
    let cache = InMemory::new();
    let hooks = Hooks {
        cache: Some(&cache),
        ..Hooks::default()
    };
    for what in ["cold", "warm"] {
        let checked = check_with(source, &options, &hooks);
        assert_eq!(said(&checked), said_of(&compilation), "{what}");
    }
    compilation
}

/// All that a check says.
pub fn said(checked: &Findings) -> String {
    let Findings {
        diagnostics,
        files,
        services,
        vpods,
        ..
    } = checked;
    let texts: Vec<_> = files
        .iter()
        .map(|(path, file)| (path, file.text()))
        .collect();
    format!("{diagnostics:#?}\n{texts:?}\n{services} services, {vpods} vpods")
}

/// What a check should say.
pub fn said_of(compilation: &Compilation) -> String {
    let count = |kind| compilation.graph().nodes_of(kind).count();
    said(&Findings {
        diagnostics: compilation.diagnostics.clone(),
        files: compilation.files.clone(),
        services: count(Kind::Service),
        vpods: count(Kind::VPod),
    })
}

/// The findings, one a line: `FILE:LINE:COLUMN CODE MESSAGE`, further places,
/// help and notes below.
pub fn findings(compilation: &Compilation) -> String {
    compilation
        .diagnostics
        .iter()
        .map(|found| finding(found, &compilation.files))
        .collect()
}

fn finding(found: &Diagnostic, files: &SourceFiles) -> String {
    let place = |span: &Span| match files.line_column(span) {
        Some(place) => format!("{}:{}:{}", span.file, place.line, place.column),
        None => span.file.to_string(),
    };
    let mark = match found.severity {
        Severity::Error => 'E',
        Severity::Warning => 'W',
    };
    let first = found.labels.first().map(|label| place(&label.span));
    let first = first.as_deref().unwrap_or("-");
    let mut out = format!("{first} {mark} {} {}\n", found.code, found.message);
    for label in found.labels.iter().skip(1) {
        let _ = writeln!(out, "    at {}: {}", place(&label.span), label.text);
    }
    if let Some(help) = &found.help {
        let _ = writeln!(out, "    help: {}", help.replace('\n', "\n          "));
    }
    for note in &found.notes {
        let _ = writeln!(out, "    note: {note}");
    }
    out
}
