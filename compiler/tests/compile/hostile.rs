//! Input that tries to break the compiler: it may be refused, never panic.

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
