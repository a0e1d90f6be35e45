//! Input that tries to break the compiler: it may be refused, never panic.

mod files;
mod git;
mod volume;

use proptest::prelude::*;
use vimana_compiler::source::Memory;

use crate::repo::{FOO, SETTINGS, compiled, definition, repo, text};

fn compile_proto(proto: &str) {
    let source = repo([("vimana.toml", text(SETTINGS)), ("a/a.proto", text(proto))]);
    let _ = compiled(&source);
}

#[test]
fn deep_nesting_is_refused() {
    let depth = 20_000;
    compile_proto(&format!(
        "syntax = \"proto3\"; {}",
        "message A {".repeat(depth)
    ));
    let nested = format!("{}{}", "a { ".repeat(depth), "}".repeat(depth));
    compile_proto(
        &definition("a", 1, "1.0.0", "/a").replace("id:", &format!("x {{ {nested} }} id:")),
    );
    compile_proto(
        &definition("a", 1, "1.0.0", "/a").replace("/a\"", &format!("/{}", "{a=".repeat(depth))),
    );
    compile_proto(&format!(
        "syntax = \"proto3\"; message A {{ {} }}",
        "oneof a { group B = 1 {".repeat(depth)
    ));
    compile_proto(&format!(
        "syntax = \"proto3\"; option a = [{}];",
        "[".repeat(depth)
    ));
    let toml = format!("a = {}", "[".repeat(depth));
    let yaml = format!("sessions: {}", "[".repeat(depth));
    let source = repo([("vimana.toml", text(&toml)), ("vpods.yml", text(&yaml))]);
    let _ = compiled(&source);
    let toml = format!("[{}]", vec!["a"; depth].join("."));
    let config = "regional { ".repeat(depth);
    let source = repo([
        ("vimana.toml", text(&toml)),
        ("a/service.txtpb", text(&config)),
    ]);
    let _ = compiled(&source);
}

/// What opens and closes `depth` times.
fn nested(open: &str, within: &str, close: &str, depth: usize) -> String {
    format!("{}{within}{}", open.repeat(depth), close.repeat(depth))
}

#[test]
fn deep_nesting_that_is_closed_is_refused_as_well() {
    for depth in [50, 1_000, 20_000] {
        compile_proto(&format!(
            "syntax = \"proto3\"; {}",
            nested("message A {", "int32 b = 1;", "}", depth)
        ));
        compile_proto(&format!(
            "syntax = \"proto2\"; message A {{ {} }}",
            nested("optional group B = 1 {", "", "}", depth)
        ));
        compile_proto(&format!(
            "syntax = \"proto3\"; message A {{ string {}a = 1; {}.A b = 2; }}",
            "a.".repeat(depth),
            ".a".repeat(depth)
        ));
        for open in ["x { ", "x < ", "x: [{ ", "x: ["] {
            let close = open.trim_start_matches('x').trim_start_matches(": ");
            let close: String = close.trim().chars().rev().collect();
            let close = close.replace('{', "}").replace('[', "]").replace('<', ">");
            let value = nested(open, "", &close, depth);
            compile_proto(
                &definition("a", 1, "1.0.0", "/a").replace("get:", &format!("{value} get:")),
            );
            let source = repo([
                ("vimana.toml", text(SETTINGS)),
                ("a/a.proto", text(&definition("a", 1, "1.0.0", "/a"))),
                ("a/service.txtpb", text(&value.replace('x', "regional"))),
            ]);
            let _ = compiled(&source);
        }
        for toml in [
            format!("a = {}", nested("[", "1", "]", depth)),
            format!("a = {}", nested("{ b = ", "1", " }", depth)),
            format!("{}a = 1", "a.".repeat(depth)),
            format!("[{}a]\nb = 1", "a.".repeat(depth)),
            format!("[[{}a]]\nb = 1", "a.".repeat(depth)),
        ] {
            let _ = compiled(&repo([("vimana.toml", text(&toml))]));
        }
        for yaml in [
            format!("sessions: {}", nested("[", "1", "]", depth)),
            format!("sessions: {}", nested("{a: ", "1", "}", depth)),
            format!("sessions:\n{}", "- ".repeat(depth)),
            (0..depth.min(2_000))
                .map(|level| format!("{}a:\n", " ".repeat(level)))
                .collect(),
            format!("sessions: {}a", "&a ".repeat(depth)),
            format!("sessions: {}a", "!a ".repeat(depth)),
            format!("sessions: {}", "? ".repeat(depth)),
        ] {
            let source = repo([("vimana.toml", text(SETTINGS)), ("vpods.yml", text(&yaml))]);
            let found = compiled(&source);
            assert!(!found.diagnostics.is_empty());
        }
    }
}

#[test]
fn a_long_chain_of_imports_is_refused() {
    let mut files = vec![("vimana.toml".to_owned(), SETTINGS.to_owned())];
    let first = definition("a", 1, "1.0.0", "/a")
        .replace("import \"vimana", "import \"0.proto\"; import \"vimana");
    files.push(("a/a.proto".to_owned(), first));
    for index in 0..3_000 {
        let next = index + 1;
        files.push((
            format!("{index}.proto"),
            format!("syntax = \"proto3\"; import \"{next}.proto\";"),
        ));
    }
    let compilation = compiled(&Memory::from_files(files).unwrap());
    assert!(
        compilation
            .diagnostics
            .iter()
            .any(|found| found.code == "VM0064")
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_files_never_panic(at in 0..FOO.len(), bytes in proptest::collection::vec(any::<u8>(), 0..6)) {
        let mut damaged = FOO.as_bytes().to_vec();
        let end = (at + bytes.len()).min(damaged.len());
        damaged.splice(at..end, bytes);
        let source = repo([("vimana.toml", text(SETTINGS)), ("a/a.proto", damaged)]);
        let _ = compiled(&source);
    }

    #[test]
    fn damaged_settings_and_vpods_never_panic(at in 0..SETTINGS.len(), insert in "\\PC{0,8}") {
        let mut damaged = SETTINGS.to_owned();
        damaged.insert_str(at, &insert);
        let vpods = format!("sessions:\n  - name: {insert}\n    containers: [{{name: a, source: {insert}}}]\n");
        let source = repo([("vimana.toml", text(&damaged)), ("vpods.yml", text(&vpods))]);
        let _ = compiled(&source);
    }
}
