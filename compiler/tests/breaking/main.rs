//! What a repository breaks since a base.
#![allow(clippy::unwrap_used, unreachable_pub)]

#[path = "../compile/repo.rs"]
#[allow(dead_code, reason = "the tests of compilations use the rest")]
mod repo;

mod allowances;
mod docs;
mod identity;
mod live;
mod places;
mod versions;
mod vpods;

use std::fmt::Write as _;

use vimana_compiler::breaking::{Outcome, State, compare};
use vimana_compiler::source::Memory;
use vimana_compiler::{Options, compile};

use repo::{SETTINGS, component, text};

/// A definition of `a.Things` at a version, whose request holds `fields`.
pub fn things(version: &str, fields: &str) -> String {
    format!(
        "syntax = \"proto3\";\npackage a;\nimport \"vimana/options.proto\";\nservice Things {{\n  option (vimana.service) = {{\n    id: \"00000000-0000-4000-8000-000000000001\"\n    version: \"{version}\"\n  }};\n  rpc Get(Request) returns (Response);\n}}\nmessage Request {{\n  {fields}\n}}\nmessage Response {{\n  string text = 1;\n}}\n"
    )
}

/// A repository with these definitions in the folder `a`, each with a component.
pub fn repository(definitions: &[String], config: &str) -> Memory {
    let mut files = vec![("vimana.toml".to_owned(), text(SETTINGS))];
    if !config.is_empty() {
        files.push(("a/service.txtpb".to_owned(), text(config)));
    }
    for definition in definitions {
        let version = definition.split("version: \"").nth(1).unwrap();
        let version = version.split('"').next().unwrap();
        files.push((format!("a/a-{version}.proto"), text(definition)));
        files.push((format!("a/a-{version}.wasm"), component(definition)));
    }
    repo::repo(
        files
            .iter()
            .map(|(name, bytes)| (name.as_str(), bytes.clone())),
    )
}

/// Compares two repositories.
pub fn compared(base: &Memory, head: &Memory) -> Outcome {
    let options = Options::default();
    let (old, new) = (compile(base, &options), compile(head, &options));
    let base = State::compiled("main", &old, base);
    compare(&base, &State::compiled("", &new, head))
}

/// The findings: a line each, `VM0240 error a/a-1.0.0.proto:12: message`.
pub fn findings(outcome: &Outcome) -> String {
    let mut lines = String::new();
    for found in &outcome.diagnostics {
        let place = found.primary().map(|span| {
            let line = outcome
                .files
                .line_column(span)
                .map_or(0, |place| place.line);
            format!("{}:{line}", span.file)
        });
        let severity = format!("{:?}", found.severity).to_lowercase();
        let place = place.unwrap_or_else(|| "-".to_owned());
        writeln!(
            lines,
            "{} {severity} {place}: {}",
            found.code, found.message
        )
        .unwrap();
    }
    lines
}

/// A component for the service in `definition`, which imports `shared`.
pub fn component_with(definition: &str, shared: &str) -> Vec<u8> {
    let source = repo::repo([
        ("x/x.proto", text(definition)),
        ("shared/address.proto", text(shared)),
    ]);
    let path = "x/x.proto".parse().unwrap();
    let found = vimana_compiler::interfaces(&source, &path, &[]);
    repo::component_of_wit(&found.interfaces[0].to_wit())
}
