//! Services that have nothing to do with each other, in one repository.

use vimana_compiler::Compilation;

use crate::repo::{SETTINGS, compiled, component, definition, repo, text};

/// A folder: its files, definitions without the folder's name.
type Folder = (&'static str, Vec<(&'static str, String)>);

/// Folders that would be in each other's way, were they linked together.
fn folders() -> Vec<Folder> {
    let plain = definition("plain", 1, "1.0.0", "/plain");
    let same = |service: &str, id, field: &str| {
        definition("same", id, "1.0.0", &format!("/same/{service}"))
            .replace("service Things", &format!("service {service}"))
            .replace("string text = 1;", field)
    };
    let extending = |package: &str, id, kind: &str, value: &str| {
        definition(package, id, "1.0.0", &format!("/{package}")).replace(
            "service Things {",
            &format!(
                "import \"google/protobuf/descriptor.proto\";\n\
                 extend google.protobuf.ServiceOptions {{ {kind} tag = 50001; }}\n\
                 service Things {{ option (tag) = {value};"
            ),
        )
    };
    let importing = |package: &str, id, import: &str, kind: &str| {
        definition(package, id, "1.0.0", &format!("/{package}"))
            .replace(
                "import \"vimana/options.proto\";",
                &format!("import \"vimana/options.proto\";\nimport \"{import}\";"),
            )
            .replace("string text = 1;", &format!("{kind} value = 1;"))
    };
    let own = |field: &str| format!("syntax = \"proto3\"; package own; message Own {{ {field} }}");
    vec![
        ("plain", vec![("a.proto", plain)]),
        (
            "same1",
            vec![("a.proto", same("One", 2, "string text = 1;"))],
        ),
        (
            "same2",
            vec![("a.proto", same("Two", 3, "int32 number = 1;"))],
        ),
        (
            "tag1",
            vec![("a.proto", extending("tag1", 4, "string", "\"x\""))],
        ),
        (
            "tag2",
            vec![("a.proto", extending("tag2", 5, "int32", "7"))],
        ),
        // `b.X` means that of package `b`, whatever else is called `outer.b`.
        (
            "inner",
            vec![("a.proto", definition("outer.b", 6, "1.0.0", "/inner"))],
        ),
        (
            "outer",
            vec![("a.proto", importing("outer", 7, "shared/b.proto", "b.X"))],
        ),
        (
            "own1",
            vec![
                ("a.proto", importing("own1", 8, "own.proto", "own.Own")),
                ("own.proto", own("string text = 1;")),
            ],
        ),
        (
            "own2",
            vec![
                ("a.proto", importing("own2", 9, "own.proto", "own.Own")),
                ("own.proto", own("bytes data = 1;")),
            ],
        ),
        (
            "wrong",
            vec![(
                "a.proto",
                importing("wrong", 10, "shared/b.proto", "plain.Request"),
            )],
        ),
        (
            "rule",
            vec![(
                "a.proto",
                importing(
                    "rule",
                    11,
                    "google/api/http.proto",
                    "google.api.CustomHttpPattern",
                ),
            )],
        ),
        (
            "two",
            vec![
                ("a.proto", definition("two", 12, "1.0.0", "/two")),
                (
                    "b.proto",
                    definition("two", 12, "1.1.0", "/two")
                        .replace("string text = 1;", "string text = 1; int32 more = 2;"),
                ),
                (
                    "service.txtpb",
                    "version { version: \"1.0.0\" weight: 100 }\n".to_owned(),
                ),
            ],
        ),
    ]
}

fn compile(folders: &[Folder]) -> Compilation {
    let shared = "syntax = \"proto3\"; package b; message X { string name = 1; }";
    let mut files: Vec<(String, Vec<u8>)> = vec![
        ("vimana.toml".to_owned(), text(SETTINGS)),
        ("shared/b.proto".to_owned(), text(shared)),
    ];
    for (folder, contents) in folders {
        for (name, content) in contents {
            files.push((format!("{folder}/{name}"), text(content)));
        }
        files.push((format!("{folder}/a-1.0.0.wasm"), any_component()));
    }
    compiled(&repo(
        files
            .iter()
            .map(|(path, bytes)| (path.as_str(), bytes.clone())),
    ))
}

/// A component for none of them: what matters is the interface that it is held to.
fn any_component() -> Vec<u8> {
    component(&definition("any", 99, "1.0.0", "/any"))
}

/// What comes out for a folder.
fn outcome(compilation: &Compilation, folder: &str) -> Vec<String> {
    let is_in = |file: &str| {
        file.strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    let nodes = compilation.graph().nodes();
    let nodes = nodes
        .filter(|node| is_in(node.origin.file.as_str()))
        .map(|node| format!("{} {}", node.address, node.digest));
    let found = compilation.diagnostics.iter();
    let found = found
        .filter(|found| {
            found
                .primary()
                .is_some_and(|span| is_in(span.file.as_str()))
        })
        .map(|found| format!("{found:?}"));
    nodes.chain(found).collect()
}

#[test]
fn what_is_in_other_folders_changes_nothing() {
    let all = folders();
    let backwards: Vec<Folder> = all.iter().rev().cloned().collect();
    let together = [compile(&all), compile(&backwards)];
    for folder in &all {
        let alone = outcome(&compile(std::slice::from_ref(folder)), folder.0);
        assert!(!alone.is_empty(), "{}", folder.0);
        for together in &together {
            assert_eq!(outcome(together, folder.0), alone, "{}", folder.0);
        }
    }
}
