//! A work tree in which nothing is what its name says.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use vimana_compiler::source::{Source as _, WorkTree};
use vimana_compiler::{Compilation, Options, compile};

use crate::repo::{SETTINGS, definition, findings};

fn work_tree() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("vimana.toml"), SETTINGS).unwrap();
    root
}

fn compiled(root: &Path) -> Compilation {
    compile(&WorkTree::open(root).unwrap(), &Options::default())
}

fn listed(root: &Path) -> Vec<String> {
    let entries = WorkTree::open(root).unwrap().entries().unwrap();
    entries.iter().map(|entry| entry.path.to_string()).collect()
}

fn mkfifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

#[test]
fn pipes_and_sockets_are_passed_over_and_nothing_waits_for_them() {
    let root = work_tree();
    let folder = root.path().join("a");
    fs::create_dir(&folder).unwrap();
    mkfifo(&folder.join("a.proto"));
    mkfifo(&folder.join("service.txtpb"));
    mkfifo(&root.path().join("vpods.yml"));
    let _socket = std::os::unix::net::UnixListener::bind(folder.join("b.proto")).unwrap();
    assert_eq!(listed(root.path()), ["vimana.toml"]);

    // A definition that asks for them gets an answer, too.
    let proto = definition("c", 1, "1.0.0", "/c").replace(
        "import \"vimana",
        "import \"a/a.proto\"; import \"a/b.proto\"; import \"vimana",
    );
    fs::create_dir(root.path().join("c")).unwrap();
    fs::write(root.path().join("c/c.proto"), proto).unwrap();
    let found = compiled(root.path());
    let missing = found
        .diagnostics
        .iter()
        .filter(|found| found.code == "VM0042");
    assert_eq!(missing.count(), 2, "{}", findings(&found));
}

#[test]
fn a_pipe_in_the_place_of_the_settings_is_no_file() {
    let root = tempfile::tempdir().unwrap();
    mkfifo(&root.path().join("vimana.toml"));
    let found = compiled(root.path());
    assert_eq!(found.diagnostics[0].code, "VM0030", "{}", findings(&found));
}

#[test]
fn folders_that_are_named_like_files_are_folders() {
    let root = work_tree();
    for folder in [
        "a/a.proto",
        "a/service.txtpb",
        "a/a-1.0.0.wasm",
        "vpods.yml",
        "b/.git",
    ] {
        fs::create_dir_all(root.path().join(folder)).unwrap();
    }
    fs::write(
        root.path().join("a/a.proto/b.proto"),
        definition("b", 1, "1.0.0", "/b"),
    )
    .unwrap();
    assert_eq!(listed(root.path()), ["a/a.proto/b.proto", "vimana.toml"]);
    let found = compiled(root.path());
    assert_eq!(found.diagnostics[0].code, "VM0055", "{}", findings(&found));
}

#[test]
fn no_path_leads_out_of_the_repository() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(
        outside.path().join("secret.proto"),
        "syntax = \"proto3\"; message Secret {}",
    )
    .unwrap();
    let root = work_tree();
    let at = |path: &str| root.path().join(path);
    fs::create_dir(at("a")).unwrap();
    symlink(outside.path(), at("out")).unwrap();
    symlink("../../", at("a/up")).unwrap();
    symlink(outside.path().join("secret.proto"), at("a/secret.proto")).unwrap();
    symlink("self", at("self")).unwrap();
    symlink("/dev/zero", at("a/zero.proto")).unwrap();
    symlink("/proc/self/environ", at("a/service.txtpb")).unwrap();
    let absolute = outside.path().join("secret.proto");
    for (index, import) in [
        "out/secret.proto".to_owned(),
        "../secret.proto".to_owned(),
        "../../../../../../etc/passwd".to_owned(),
        absolute.display().to_string(),
        "self".to_owned(),
        "a/zero.proto".to_owned(),
        "a\\0.proto".to_owned(),
    ]
    .iter()
    .enumerate()
    {
        let folder = format!("i{index}");
        fs::create_dir(at(&folder)).unwrap();
        let proto = definition(
            &folder,
            u32::try_from(index).unwrap() + 1,
            "1.0.0",
            &format!("/{index}"),
        )
        .replace(
            "import \"vimana",
            &format!("import \"{import}\"; import \"vimana"),
        );
        fs::write(at(&folder).join("a.proto"), proto).unwrap();
    }
    let vpods = ["/etc/passwd", "../../etc/passwd", "out/secret.proto"].map(|source| {
        format!(
            "  - {{name: {}, source: {source}, launcher: Javascript}}\n",
            source.len()
        )
    });
    let vpods = format!("sessions:\n- name: a\n  containers:\n{}", vpods.concat());
    fs::write(at("vpods.yml"), vpods).unwrap();
    let found = compiled(root.path());
    let shown = findings(&found);
    assert!(!shown.contains("root:"), "{shown}");
    let texts: Vec<&str> = found.files.iter().map(|(_, file)| file.text()).collect();
    assert!(texts.iter().all(|text| !text.contains("Secret")), "{shown}");
    let blamed = |file: &str| {
        let of_file = |found: &&vimana_compiler::diagnostic::Diagnostic| {
            found
                .primary()
                .is_some_and(|span| span.file.as_str() == file)
        };
        found
            .diagnostics
            .iter()
            .filter(of_file)
            .any(|found| found.code != "VM0055")
    };
    for file in [
        "out",
        "a/up",
        "a/secret.proto",
        "a/zero.proto",
        "a/service.txtpb",
        "vpods.yml",
    ] {
        assert!(blamed(file), "{file}\n{shown}");
    }
    for index in 0..7 {
        let is_told = blamed(&format!("i{index}/a.proto")) || blamed("self") || blamed("out");
        assert!(is_told, "{index}\n{shown}");
    }
    let is_made = |kind: &str| {
        let mut addresses = found.graph().nodes().map(|node| node.address.to_string());
        addresses.any(|address| address.starts_with(kind))
    };
    assert!(!is_made("service/") && !is_made("vpod/"), "{shown}");
}

#[test]
fn names_that_are_no_text_are_told_and_not_entered() {
    let root = work_tree();
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    fs::create_dir(root.path().join(name)).unwrap();
    fs::write(root.path().join(name).join("a.proto"), "x").unwrap();
    let found = compiled(root.path());
    let codes: Vec<_> = found.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, ["VM0005"], "{}", findings(&found));
}

#[test]
fn names_with_control_characters_are_shown_escaped_or_not_at_all() {
    let root = work_tree();
    let folder = root.path().join("a\nb\u{1b}[31m");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("a.proto"), "x").unwrap();
    let found = compiled(root.path());
    assert!(found.has_errors());
}

#[test]
fn a_file_without_permission_is_told() {
    let root = work_tree();
    fs::create_dir(root.path().join("a")).unwrap();
    let file = root.path().join("a/a.proto");
    fs::write(&file, definition("a", 1, "1.0.0", "/a")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o000)).unwrap();
    if fs::read(&file).is_ok() {
        // Who may read everything is refused nothing.
        return;
    }
    let found = compiled(root.path());
    assert_eq!(found.diagnostics[0].code, "VM0004", "{}", findings(&found));
}

#[test]
fn a_tree_that_is_too_deep_is_refused() {
    let root = work_tree();
    let mut folder = root.path().to_owned();
    for _ in 0..100 {
        folder.push("d");
    }
    fs::create_dir_all(&folder).unwrap();
    let found = compiled(root.path());
    assert!(
        found.diagnostics.iter().any(|found| found.code == "VM0006"),
        "{}",
        findings(&found)
    );
}

#[test]
fn a_repository_within_is_not_entered_whatever_the_case_of_its_name() {
    let root = work_tree();
    git2::Repository::init(root.path()).unwrap();
    let inner = root.path().join("vendor/other");
    git2::Repository::init(&inner).unwrap();
    fs::write(inner.join("a.proto"), "broken").unwrap();
    for name in [".git", ".vimana", "node_modules", "target"] {
        let folder = root.path().join("x").join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("a.proto"), "broken").unwrap();
    }
    assert_eq!(listed(root.path()), ["vimana.toml"]);
}
