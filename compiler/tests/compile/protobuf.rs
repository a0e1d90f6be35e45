use std::fmt::Write as _;

use crate::repo::{SETTINGS, compiled, component, definition, findings, repo, text};

/// A definition that imports `import` and answers with a type of it.
fn importing(import: &str, kind: &str) -> String {
    definition("a", 1, "1.0.0", "/a")
        .replace(
            "import \"vimana/options.proto\";",
            &format!("import \"vimana/options.proto\";\nimport \"{import}\";"),
        )
        .replace("string text = 1;", &format!("{kind} value = 1;"))
}

#[test]
fn imports_are_found_at_the_root_and_in_the_folder_of_the_service() {
    for (file, import) in [
        ("common/money.proto", "common/money.proto"),
        ("a/money.proto", "money.proto"),
        ("a/money.proto", "a/money.proto"),
        ("a/sub/money.proto", "sub/money.proto"),
    ] {
        let money = "syntax = \"proto3\"; package money; message Money { int64 units = 1; }";
        let source = repo([
            ("vimana.toml", text(SETTINGS)),
            (file, text(money)),
            ("a/a.proto", text(&importing(import, "money.Money"))),
        ]);
        let found = findings(&compiled(&source));
        assert!(found.contains("VM0055"), "{found}");
        assert_eq!(found.matches(" E ").count(), 1, "{found}");
    }
}

#[test]
fn well_known_types_and_google_annotations_need_no_file() {
    let definition = importing(
        "google/protobuf/timestamp.proto",
        "google.protobuf.Timestamp",
    )
    .replace(
        "vimana/options.proto\";\n",
        "vimana/options.proto\";\nimport \"google/api/annotations.proto\";\n",
    )
    .replace("(vimana.http)", "(google.api.http)");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&definition)),
        ("a/a-1.0.0.wasm", component(&definition)),
    ]);
    assert_eq!(findings(&compiled(&source)), "");
}

#[test]
fn what_is_wrong_with_imports_is_told_at_the_import() {
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        (
            "a/a.proto",
            text(&importing("common/monye.proto", "string")),
        ),
        (
            "b/b.proto",
            text(&importing("b/c.proto", "string").replace("package a;", "package b;")),
        ),
        (
            "b/c.proto",
            text("syntax = \"proto3\";\nimport \"b/d.proto\";\n"),
        ),
        (
            "b/d.proto",
            text("syntax = \"proto3\";\nimport \"b/c.proto\";\n"),
        ),
        (
            "e/e.proto",
            text(
                &importing("f.proto\";\nimport \"e/f.proto", "string")
                    .replace("package a;", "package e;"),
            ),
        ),
        ("e/f.proto", text("syntax = \"proto3\";\n")),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/a.proto:4:1 E VM0042 there is no file `common/monye.proto` to import
    help: write the path from the root of the repository, or put the file there
    note: looked for `common/monye.proto` at the root of the repository, then `a/common/monye.proto`, then the files that vimana brings along
b/d.proto:2:1 E VM0043 these files import each other: b/c.proto -> b/d.proto -> b/c.proto
    help: move what both files need into a third one
e/e.proto:5:1 E VM0044 `e/f.proto` is the same file as `f.proto`, which is used by that name already
    help: write `import "f.proto";`

"#]]
    );
}

#[test]
fn every_error_of_a_definition_is_told() {
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        (
            "a/a.proto",
            text(
                "syntax = \"proto3\";\npackage é.a;\nmessage A { string = 1; }\nmessage B { int32 b = x; }\n",
            ),
        ),
        (
            "b/b.proto",
            text(&definition("b", 2, "1.0.0", "/b").replace(
                "message Request { string name = 1; }",
                "message Request { string name = 1; /* é */ Nothing a = 2; Nowhere b = 1; }",
            )),
        ),
        ("c/c.proto", text("syntax = \"proto3\";\nmessage A {\n")),
        (
            "d/d.proto",
            text("// (vimana.service)\nedition = \"2023\";\npackage d;\n"),
        ),
        (
            "e/e.proto",
            text(&definition("e", 5, "1.0.0", "/{nome}").replace("string text", "string line_2")),
        ),
        (
            "f/f.proto",
            text(
                "syntax = \"proto3\"; package f; service S { option (vimana.service).id = \"x\"; rpc A(M) returns (M) { option (google.api.http) = { get: \"/\" }; } } message M {}",
            ),
        ),
        (
            "g/g.proto",
            text(
                &definition("g", 6, "1.0.0", "/g")
                    .replace("import \"vimana/options.proto\";", "")
                    .replace("get: \"/g\"", "got: \"/g\""),
            ),
        ),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/a.proto:2:9 E VM0040 invalid token
    help: write names in ASCII letters, digits and `_`, and other text in quotes
a/a.proto:3:20 E VM0040 expected an identifier, but found `=`
    help: write it as `TYPE NAME = NUMBER;`
a/a.proto:4:23 E VM0040 expected an integer, but found `x`
    help: write it as `TYPE NAME = NUMBER;`
b/b.proto:13:44 E VM0040 name `Nothing` is not defined
    help: mend the name, or import the file that defines it
b/b.proto:13:59 E VM0040 name `Nowhere` is not defined
    help: mend the name, or import the file that defines it
b/b.proto:13:71 E VM0040 field number `1` is already used
    at b/b.proto:13:33: first defined here
    help: change one of the two
c/c.proto:2:12 E VM0040 expected a message field, oneof, reserved range, enum, message, option or `}`, but reached end of file
    at c/c.proto:2:1: this is not closed
    help: close `message A {` with `}`
d/d.proto:2:1 E VM0041 editions of Protobuf are not supported yet
    help: write `syntax = "proto3";`; what an edition's features say has to go too
e/e.proto:10:38 E VM0131 the path variable `nome` is no field of `e.Request`
    help: did you mean `name`?
f/f.proto:1:43 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need
f/f.proto:1:100 E VM0040 `google.api.http` resolves to `google.api.http`, which is not defined
    help: add `import "google/api/annotations.proto";`
g/g.proto:5:3 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need
g/g.proto:10:30 E VM0040 invalid value of type `vimana.HttpRule` for option `(vimana.http)`: field `got` not found for message `vimana.HttpRule`
    help: its fields are `selector`, `get`, `put`, `post`, `delete`, `patch`, `body`, `custom`, `additional_bindings` and `response_body`

"#]]
    );
}

#[test]
fn a_file_that_sees_the_options_through_a_public_import_is_not_warned_of() {
    let definition =
        definition("a", 1, "1.0.0", "/a").replace("vimana/options.proto", "common/options.proto");
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        (
            "common/options.proto",
            text("syntax = \"proto3\";\nimport public \"vimana/options.proto\";\n"),
        ),
        ("a/a.proto", text(&definition)),
    ]);
    let found = findings(&compiled(&source));
    assert!(!found.contains("VM0045"), "{found}");
    assert!(found.contains("VM0055"), "{found}");
}

#[test]
fn what_wit_cannot_have_or_leaves_out_is_told_with_a_fix_where_there_is_one() {
    let a = definition("a", 1, "1.0.0", "/a").replace(
        "message Response {",
        "message Part {\n  option (vimana.message_wit_name) = \"1\";\n}\nmessage Response {\n  Part part = 2;\n  string _ = 3;\n  oneof text_ { string other = 4; }\n",
    );
    let b = definition("b", 2, "1.0.0", "/b")
        .replace("string name = 1;", "b.Old old = 1;")
        .replace("get: \"/b\"", "post: \"/b\" body: \"*\"")
        .replace(
            "import \"vimana",
            "import \"b/old.proto\";\nimport \"vimana",
        );
    let old = "syntax = \"proto2\";\npackage b;\nmessage Old {\n  map<string, Level> levels = 1;\n  extensions 5 [declaration = { number: 5 }];\n}\nenum Level {\n  LOW = 1;\n}\nextend Old {\n  optional string note = 5;\n}\n";
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", text(&a)),
        ("b/b.proto", text(&b)),
        ("b/old.proto", text(old)),
    ]);
    let compilation = compiled(&source);
    let mut found = findings(&compilation);
    for diagnostic in &compilation.diagnostics {
        for fix in &diagnostic.fixes {
            let _ = writeln!(
                found,
                "{}: {} `{}`",
                diagnostic.code, fix.title, fix.edits[0].replacement
            );
        }
    }
    snapbox::assert_data_eq!(
        found,
        snapbox::str![[r#"
a/a.proto:14:9 E VM0046 `1` is no WIT name; expected words of `a-z` and `0-9`, joined by `-`, each of which starts with a letter
    help: name it: `option (vimana.message_wit_name) = "n1";`
a/a.proto:19:10 E VM0046 the field `_` has no name in WIT, where each word of a name starts with a letter
    help: name it: `_ = ... [(vimana.wit_name) = "the-field"]`
a/a.proto:21:9 E VM0046 the field `text` and the oneof `text_` would both be `text` in WIT
    help: name it: `text = ... [(vimana.wit_name) = "text-field"]`
b/b.proto:8:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `b-1.0.0.wasm`
    note: expected a file `b-1.0.0.wasm` in `b`
    note: found no `.wasm` file there
b/old.proto:4:3 E VM0112 the values of the map `b.Old.levels` are of `b.Level`, whose first value should be 0, but is 1
    at b/old.proto:7:1: the enum is defined here
    help: let `b.Level` begin with a value for 0
b/old.proto:11:3 W VM0111 the extension `b.note` of `b.Old` is not in WIT, and is dropped
    help: make it a field of `b.Old`
VM0046: name it `n1` in WIT `"n1"`
VM0046: name it `the-field` in WIT ` [(vimana.wit_name) = "the-field"]`
VM0046: name it `text-field` in WIT ` [(vimana.wit_name) = "text-field"]`

"#]]
    );
}

#[test]
fn what_protoc_refuses_of_linked_files_is_told() {
    let shared = "syntax = \"proto2\"; package s; enum Old { A = 1; B = 0; } message M { extensions 100 to 200; enum Inner { I = 0; } } extend M { optional int32 x = 100; }";
    let source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("s/s.proto", text(shared)),
        (
            "a/a.proto",
            text(&importing("s/s.proto", "s.Old").replace(
                "message Request {",
                "message N { message O { repeated s.M.Inner i = 1; } map<string, s.M.Inner> m = 2; s.M ok = 3; }\nmessage Request {",
            )),
        ),
        (
            "b/b.proto",
            text(
                &definition("b", 2, "1.0.0", "/b")
                    .replace("import \"vimana/options.proto\";", "import \"vimana/options.proto\";\nimport \"b/c.proto\";"),
            ),
        ),
        (
            "b/c.proto",
            text("syntax = \"proto2\"; package c; import \"s/s.proto\";\nextend s.M { optional int32 y = 101; }\nmessage C { extend s.M { optional string z = 101 [json_name = \"zed\"]; } }\n"),
        ),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/a.proto:8:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `a-1.0.0.wasm`
    note: expected a file `a-1.0.0.wasm` in `a`
    note: found no `.wasm` file there
a/a.proto:14:34 E VM0040 `s.M.Inner` is an enum of proto2, which proto3 cannot hold
    help: use an enum that a file of proto3 defines
a/a.proto:14:53 E VM0040 `s.M.Inner` is an enum of proto2, which proto3 cannot hold
    help: use an enum that a file of proto3 defines
a/a.proto:16:20 E VM0040 `s.Old` is an enum of proto2, which proto3 cannot hold
    help: use an enum that a file of proto3 defines
b/b.proto:8:14 E VM0055 version `1.0.0` has no component
    help: build the component and put it there as `b-1.0.0.wasm`
    note: expected a file `b-1.0.0.wasm` in `b`
    note: found no `.wasm` file there
b/c.proto:3:46 E VM0040 the extension `y` of `s.M` has the number 101 already
    at b/c.proto:2:33: it is taken here
    help: give each extension of a message a number of its own
b/c.proto:3:51 E VM0040 the extension `z` cannot have a JSON name
    help: JSON calls it by its full name in brackets; leave `json_name` out

"#]]
    );
}
