use crate::{SETTINGS, compared, component_with, findings, repo::repo, text, things};

const SHARED: &str = "syntax = \"proto3\";\npackage shared;\nmessage Address {\n  string street = 1;\n  string city = 2;\n}\n";

fn importing(package: &str, id: u32) -> String {
    things("1.0.0", "shared.Address address = 1;")
        .replace(
            "package a;",
            &format!("package {package};\nimport \"shared/address.proto\";"),
        )
        .replace("000000000001", &format!("{id:012}"))
}

fn source(shared: &str) -> vimana_compiler::source::Memory {
    let (a, b) = (importing("a", 1), importing("b", 2));
    repo([
        ("vimana.toml", text(SETTINGS)),
        ("shared/address.proto", text(shared)),
        ("a/a.proto", text(&a)),
        ("a/a-1.0.0.wasm", component_with(&a, shared)),
        ("b/b.proto", text(&b)),
        ("b/b-1.0.0.wasm", component_with(&b, shared)),
    ])
}

#[test]
fn a_change_of_a_file_that_many_import_is_told_once_where_it_is() {
    let base = source(SHARED);
    let head = source(&SHARED.replace("  string city = 2;\n", ""));
    let outcome = compared(&base, &head);
    let found = findings(&outcome);
    assert_eq!(found.matches("VM0240").count(), 1, "{found}");
    assert!(
        found.contains(
            "VM0240 error shared/address.proto:3: field `city` of `shared.Address` is removed"
        ),
        "{found}"
    );
    // Each of the services needs a version of its own.
    assert_eq!(found.matches("VM0200").count(), 2, "{found}");
    assert_eq!(outcome.report.services.len(), 2);

    let removed = outcome
        .diagnostics
        .iter()
        .find(|found| found.code == "VM0240");
    assert_eq!(
        removed.unwrap().notes,
        [
            "breaks source, wire, json",
            "it was `string city = 2`, at `main:shared/address.proto:5`"
        ]
    );
}

#[test]
fn what_stands_deep_in_a_message_is_found_at_its_line() {
    let nested = "message Inner {\n    enum Kind {\n      KIND_UNSPECIFIED = 0;\n      KIND_ONE = 1;\n    }\n    Kind kind = 1;\n  }\n  Inner inner = 1;";
    let base = crate::repository(&[things("1.0.0", nested)], "");
    let changed = nested
        .replace("KIND_ONE = 1", "KIND_TWO = 1")
        .replace("Kind kind = 1", "Kind sort = 1");
    let head = crate::repository(&[things("1.0.0", &changed)], "");
    let found = findings(&compared(&base, &head));
    assert!(found.contains("VM0262 error a/a-1.0.0.proto:15: the value `KIND_ONE` of `a.Request.Inner.Kind` is renamed to `KIND_TWO`"), "{found}");
    assert!(found.contains("VM0242 error a/a-1.0.0.proto:17: field `kind` of `a.Request.Inner` is renamed to `sort`"), "{found}");
}
