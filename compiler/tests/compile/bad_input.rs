//! Files that cannot be read, and settings that cannot be used.

use vimana_compiler::source::{Memory, RepoPath};
use vimana_compiler::{Options, compile};

use crate::repo::{
    FOO, FOO_CONFIG, SETTINGS, compiled, component, definition, findings, repo, text,
};

#[test]
fn a_repository_without_settings_is_told_what_to_write() {
    snapbox::assert_data_eq!(
        findings(&compiled(&Memory::new())),
        snapbox::str![[r#"
- E VM0030 there is no `vimana.toml` at the root of the repository
    help: write a `vimana.toml` that names the workspace:
          [workspace]
          name = "acme"
          domain = "example.com"

"#]]
    );
}

#[test]
fn files_that_cannot_be_read_are_told() {
    let mut source = repo([
        ("vimana.toml", text(SETTINGS)),
        ("a/a.proto", vec![b'/', b'/', 0xff, b'\n']),
        ("b/service.txtpb", vec![b'#', 0xff, b'\n']),
        ("c/vpods.yml", vec![b'#', 0xff, b'\n']),
        ("d/d.proto", vec![b' '; 5 << 20]),
    ]);
    source.insert_symlink(RepoPath::new("e/e.proto").unwrap(), "../../e.proto");
    source.insert_symlink(RepoPath::new("result").unwrap(), "/nix/store/x");
    source.insert_symlink(RepoPath::new("f/f.proto").unwrap(), "f.proto");
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
a/a.proto:1:3 E VM0002 `a/a.proto` is not valid UTF-8
    help: save the file as UTF-8
b/service.txtpb:1:1 E VM0063 no `.proto` file of this folder has a service with `(vimana.service)`
    help: add `option (vimana.service) = { id: "..." version: "1.0.0" };` to the service, or remove this file
b/service.txtpb:1:2 E VM0002 `b/service.txtpb` is not valid UTF-8
    help: save the file as UTF-8
c/vpods.yml:1:2 E VM0002 `c/vpods.yml` is not valid UTF-8
    help: save the file as UTF-8
d/d.proto E VM0001 `d/d.proto` is too large: expected at most 4 MiB, found 5 MiB
    help: move it out of the repository, or name it in `.gitignore`
e/e.proto E VM0003 `e/e.proto` is a symbolic link out of the repository, to `../../e.proto`
    help: put the file itself into the repository, or link to one within by a relative path
f/f.proto E VM0004 `f/f.proto` cannot be read: it passes through more than 40 symbolic links
    help: make it a file that can be read, or remove it
result W VM0007 `result` is a symbolic link out of the repository, to `/nix/store/x`
    help: link to a file within by a relative path, or remove the link

"#]]
    );
}

#[test]
fn unknown_regions_and_variables_are_told_with_those_that_are_known() {
    let settings = "[workspace]\nname = \"acme\"\ndomain = \"example.com\"\n\n[cluster.local]\nalso = [\"gcp/us-east-1\", \"aws/eu-west-2\"]\n\n[variable.GRAFANA_TOKN]\nenv = \"X\"\n";
    let config = FOO_CONFIG.replace("/us-east", "/us-esat");
    let source = repo([
        ("vimana.toml", text(settings)),
        ("foo/foo.proto", text(FOO)),
        ("foo/foo-1.0.0.wasm", component(FOO)),
        ("foo/service.txtpb", text(&config)),
    ]);
    snapbox::assert_data_eq!(
        findings(&compiled(&source)),
        snapbox::str![[r#"
foo/foo.proto:21:3 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need
foo/foo.proto:34:37 W VM0060 the variable `GRAFANA_TOKEN` is not declared
    help: did you mean `${GRAFANA_TOKN}`?
foo/service.txtpb:7:15 E VM0061 no cluster is in the region `/us-esat`
    help: did you mean `/us-east-1`?
    note: the clusters are in `aws/eu-west-2`, `dev/local` and `gcp/us-east-1`

"#]]
    );
}

#[test]
fn errors_of_one_file_do_not_hide_those_of_another() {
    let source = repo([
        ("vimana.toml", text("[workspace\nname = \"acme\"\n")),
        ("a/a.proto", text("syntax = \"proto3\"; massage A {}\n")),
        ("b/b.proto", text(&definition("b", 2, "1.0.0", "/b"))),
        ("b/service.txtpb", text("regoinal {}\n")),
        ("vpods.yml", text("sessions: {}\n")),
    ]);
    let found = findings(&compiled(&source));
    for file in [
        "vimana.toml:1:",
        "a/a.proto:1:",
        "b/service.txtpb:1:",
        "vpods.yml:1:",
    ] {
        assert!(found.contains(file), "{file} in {found}");
    }
}

#[test]
fn a_repository_of_too_many_files_is_refused() {
    let files = (0..30).map(|index| (format!("{index}.txt"), b""));
    let mut options = Options::default();
    options.max_files = 10;
    let compilation = compile(&Memory::from_files(files).unwrap(), &options);
    let found = findings(&compilation);
    assert!(found.contains("30 files; at most 10"), "{found}");
}

#[test]
fn what_may_follow_from_wrong_settings_is_not_said_as_well() {
    for settings in [
        "[workspace]\nname = \"acme\"\ndomain = \"Example.com\"\n",
        "[workspace]\nname = \"acme\"\ndomian = \"example.com\"\n",
        "[workspace\nname = \"acme\"\ndomain = \"example.com\"\n",
    ] {
        let source = repo([
            ("vimana.toml", text(settings)),
            ("walkthrough/foo.proto", text(FOO)),
            ("walkthrough/service.txtpb", text(FOO_CONFIG)),
        ]);
        let found = findings(&compiled(&source));
        for code in ["VM0052", "VM0060", "VM0061"] {
            assert!(!found.contains(code), "{found}");
        }
        assert!(found.contains(" E VM003"), "{found}");
    }
}
