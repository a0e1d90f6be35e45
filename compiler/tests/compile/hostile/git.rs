//! A git revision whose trees git itself would not have made.

use std::path::Path;

use git2::{ObjectType, Oid, Repository};
use vimana_compiler::source::GitRevision;
use vimana_compiler::{Compilation, Options, compile};

use crate::repo::{SETTINGS, findings};

/// An entry of a tree, as git stores it: mode, name and object.
fn entry(mode: &str, name: &[u8], object: Oid) -> Vec<u8> {
    [mode.as_bytes(), b" ", name, b"\0", object.as_bytes()].concat()
}

struct Repo {
    _folder: tempfile::TempDir,
    repository: Repository,
}

impl Repo {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        Self {
            _folder: folder,
            repository,
        }
    }

    fn blob(&self, text: &[u8]) -> Oid {
        self.repository.blob(text).unwrap()
    }

    /// A tree of these entries, unchecked.
    fn tree(&self, entries: &[Vec<u8>]) -> Oid {
        let odb = self.repository.odb().unwrap();
        odb.write(ObjectType::Tree, &entries.concat()).unwrap()
    }

    /// Compiles a commit of this tree beside the settings. The tree's entries
    /// need not be sorted.
    fn compiled(&self, entries: &[Vec<u8>]) -> Result<Compilation, String> {
        let settings = entry("100644", b"vimana.toml", self.blob(SETTINGS.as_bytes()));
        let mut entries = entries.to_vec();
        entries.push(settings);
        let tree = self.tree(&entries);
        // Written as bytes, since libgit2 refuses some of these trees itself.
        let author = "a <a@example.com> 0 +0000";
        let commit = format!("tree {tree}\nauthor {author}\ncommitter {author}\n\nx\n");
        let odb = self.repository.odb().unwrap();
        let commit = odb.write(ObjectType::Commit, commit.as_bytes()).unwrap();
        let root: &Path = self.repository.workdir().unwrap();
        let revision = GitRevision::open(root, &commit.to_string()).map_err(|e| e.to_string())?;
        Ok(compile(&revision, &Options::default()))
    }
}

#[test]
fn entries_that_lead_out_by_name_are_harmless() {
    let repo = Repo::new();
    let blob = repo.blob(b"syntax = \"proto3\"; broken");
    let inner = repo.tree(&[entry("100644", b"a.proto", blob)]);
    for name in [
        &b".."[..],
        b".",
        b"",
        b"a/b.proto",
        b"/etc",
        b"..\\x",
        b".GIT",
        b".git",
    ] {
        for (mode, object) in [("40000", inner), ("100644", blob), ("120000", blob)] {
            if let Ok(found) = repo.compiled(&[entry(mode, name, object)]) {
                let shown = findings(&found);
                assert!(!shown.contains("panicked"), "{shown}");
            }
        }
    }
}

#[test]
fn odd_modes_and_missing_objects_are_told_or_passed_over() {
    let repo = Repo::new();
    let blob = repo.blob(b"syntax = \"proto3\"; broken");
    let missing = Oid::from_str("1234567890123456789012345678901234567890").unwrap();
    for mode in [
        "100644", "100755", "100664", "120000", "160000", "40000", "0", "777777", "x",
    ] {
        for object in [blob, missing] {
            let Ok(found) = repo.compiled(&[entry(mode, b"a.proto", object)]) else {
                continue;
            };
            let _ = findings(&found);
        }
    }
    // A submodule is nothing that is read.
    let found = repo
        .compiled(&[entry("160000", b"a.proto", missing)])
        .unwrap();
    assert!(!found.has_errors(), "{}", findings(&found));
}

#[test]
fn a_link_out_of_a_revision_is_refused() {
    let repo = Repo::new();
    for target in [
        "/etc/passwd",
        "../../etc/passwd",
        "a/../../x",
        "a.proto",
        "",
    ] {
        let link = repo.blob(target.as_bytes());
        let found = repo.compiled(&[entry("120000", b"a.proto", link)]).unwrap();
        assert!(found.has_errors(), "{target}");
        assert!(!findings(&found).contains("root:"));
    }
}

#[test]
fn a_tree_bomb_is_refused() {
    let repo = Repo::new();
    let blob = repo.blob(b"x");
    let mut tree = repo.tree(&[entry("100644", b"a", blob)]);
    // Ten entries on each of ten levels: ten thousand million files in ten objects.
    for _ in 0..10 {
        let entries: Vec<_> = (0..10)
            .map(|index| entry("40000", format!("d{index}").as_bytes(), tree))
            .collect();
        tree = repo.tree(&entries);
    }
    let found = repo.compiled(&[entry("40000", b"d", tree)]).unwrap();
    assert_eq!(found.diagnostics[0].code, "VM0006", "{}", findings(&found));
    assert!(
        found.diagnostics[0]
            .message
            .contains("more than 500000 files")
    );
}

#[test]
fn a_deep_tree_is_refused() {
    let repo = Repo::new();
    let mut tree = repo.tree(&[entry("100644", b"a.proto", repo.blob(b"x"))]);
    for _ in 0..1_000 {
        tree = repo.tree(&[entry("40000", b"d", tree)]);
    }
    let found = repo.compiled(&[entry("40000", b"d", tree)]).unwrap();
    assert_eq!(found.diagnostics[0].code, "VM0006", "{}", findings(&found));
}
