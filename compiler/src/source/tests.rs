use std::fs;
use std::path::Path;

use git2::{IndexAddOption, Repository, Signature};
use tempfile::TempDir;

use super::{
    EntryKind, GitRevision, MAX_FILE_BYTES, Memory, RepoPath, Source, SourceError, WorkTree,
};

fn path(text: &str) -> RepoPath {
    RepoPath::new(text).unwrap()
}

fn write(root: &Path, file: &str, bytes: impl AsRef<[u8]>) {
    let file = root.join(file);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, bytes).unwrap();
}

fn commit_all(root: &Path) -> String {
    let repository = Repository::open(root).unwrap();
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
    index.write().unwrap();
    let tree = index.write_tree().unwrap();
    let tree = repository.find_tree(tree).unwrap();
    let who = Signature::now("Ada", "ada@example.com").unwrap();
    let parent = repository
        .head()
        .ok()
        .map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<_> = parent.iter().collect();
    repository
        .commit(Some("HEAD"), &who, &who, "a commit", &tree, &parents)
        .unwrap()
        .to_string()
}

/// A repository with a configuration in `config/`.
fn repository() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    Repository::init(root).unwrap();
    write(root, ".gitignore", "*.log\nbuild/\n");
    write(root, "config/vimana.toml", "[workspace]\n");
    write(root, "config/a/foo.proto", "syntax = \"proto3\";\n");
    write(root, "outside.txt", "outside\n");
    let commit = commit_all(root);
    (folder, commit)
}

fn names(source: &dyn Source) -> Vec<String> {
    let entries = source.entries().unwrap();
    entries.iter().map(|entry| entry.path.to_string()).collect()
}

fn kinds(source: &dyn Source) -> Vec<(RepoPath, EntryKind)> {
    let entries = source.entries().unwrap().into_iter();
    entries.map(|entry| (entry.path, entry.kind)).collect()
}

fn read(source: &dyn Source, file: &str) -> Result<String, SourceError> {
    let bytes = source.read(&path(file))?;
    Ok(String::from_utf8(bytes.to_vec()).unwrap())
}

#[test]
fn every_source_shows_the_same_files() {
    let (folder, commit) = repository();
    let config = folder.path().join("config");
    let tree = WorkTree::open(&config).unwrap();
    let revision = GitRevision::open(&config, "HEAD").unwrap();
    let memory = Memory::from_files([("vimana.toml", ""), ("a/foo.proto", "")]).unwrap();

    let expected = ["a/foo.proto", "vimana.toml"];
    assert_eq!(names(&tree), expected);
    assert_eq!(names(&revision), expected);
    assert_eq!(names(&memory), expected);
    assert_eq!(tree.commit(), Some(commit.as_str()));
    assert_eq!(revision.commit(), Some(commit.as_str()));
    assert_eq!(memory.commit(), None);
    assert_eq!(read(&tree, "vimana.toml").unwrap(), "[workspace]\n");
    assert_eq!(read(&revision, "vimana.toml").unwrap(), "[workspace]\n");
    assert_eq!(kinds(&tree), kinds(&revision));
}

#[test]
fn a_revision_is_read_as_it_was() {
    let (folder, first) = repository();
    let config = folder.path().join("config");
    write(&config, "vimana.toml", "changed\n");
    fs::remove_file(config.join("a/foo.proto")).unwrap();
    write(&config, "new.txt", "new\n");
    commit_all(folder.path());

    let revision = GitRevision::open(&config, "HEAD~1").unwrap();
    assert_eq!(revision.commit(), Some(first.as_str()));
    assert_eq!(names(&revision), ["a/foo.proto", "vimana.toml"]);
    assert_eq!(read(&revision, "vimana.toml").unwrap(), "[workspace]\n");
    assert!(!revision.is_modified(&path("vimana.toml")));
    let whole = GitRevision::open_folder(folder.path(), &RepoPath::root(), &first).unwrap();
    assert_eq!(read(&whole, "outside.txt").unwrap(), "outside\n");
}

#[test]
fn what_is_no_revision_is_refused() {
    let (folder, _) = repository();
    let open = |revision| GitRevision::open(folder.path(), revision).unwrap_err();
    for revision in ["nothing", "", "HEAD:outside.txt", "HEAD~7", "--all"] {
        assert!(
            matches!(open(revision), SourceError::Revision { .. }),
            "{revision}"
        );
    }
    let nowhere = TempDir::new().unwrap();
    let error = GitRevision::open(nowhere.path(), "HEAD").unwrap_err();
    assert!(matches!(error, SourceError::NoRepository { .. }));
    let missing = folder.path().join("missing");
    let error = GitRevision::open(&missing, "HEAD").unwrap_err();
    assert!(matches!(error, SourceError::Root { .. }));
    fs::create_dir(&missing).unwrap();
    let error = GitRevision::open(&missing, "HEAD").unwrap_err();
    assert_eq!(
        error.to_string().split(" has no ").last(),
        Some("folder `missing`")
    );
}

#[test]
fn what_git_ignores_is_not_listed_unless_it_is_tracked() {
    let (folder, _) = repository();
    let config = folder.path().join("config");
    write(&config, "a.log", "");
    write(&config, "build/x.txt", "");
    write(&config, "untracked.txt", "");
    for skipped in [".vimana", "target", "a/node_modules"] {
        write(&config, &format!("{skipped}/x.txt"), "");
    }
    write(&config, "b/target", "a file of that name");
    Repository::init(config.join("nested")).unwrap();
    write(&config, "nested/x.txt", "");

    let expected = ["a/foo.proto", "b/target", "untracked.txt", "vimana.toml"];
    assert_eq!(names(&WorkTree::open(&config).unwrap()), expected);

    let repository = Repository::open(folder.path()).unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(Path::new("config/build/x.txt")).unwrap();
    index.write().unwrap();
    let tree = WorkTree::open(&config).unwrap();
    assert!(names(&tree).contains(&"build/x.txt".to_owned()));
    assert_eq!(read(&tree, "a.log").unwrap(), "", "what is named is read");
}

#[test]
fn a_folder_without_git_is_a_work_tree_too() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "a.txt", "a");
    let tree = WorkTree::open(folder.path()).unwrap();
    assert_eq!(tree.commit(), None);
    assert_eq!(names(&tree), ["a.txt"]);
    assert!(tree.is_modified(&path("a.txt")));

    Repository::init(folder.path()).unwrap();
    let tree = WorkTree::open(folder.path()).unwrap();
    assert_eq!(tree.commit(), None, "before the first commit");
    assert!(tree.is_modified(&path("a.txt")));
    let missing = WorkTree::open(&folder.path().join("missing"));
    assert!(matches!(missing, Err(SourceError::Root { .. })));
}

#[test]
fn a_folder_that_git_ignores_is_on_its_own() {
    let (folder, _) = repository();
    let copy = folder.path().join("build/copy");
    write(&copy, "vimana.toml", "");
    let tree = WorkTree::open(&copy).unwrap();
    assert_eq!(names(&tree), ["vimana.toml"]);
    assert_eq!(tree.commit(), None);
}

#[test]
fn what_differs_from_the_commit_is_modified() {
    let (folder, _) = repository();
    let config = folder.path().join("config");
    write(&config, "kept.txt", "kept");
    write(&config, "staged.txt", "old");
    commit_all(folder.path());
    write(&config, "vimana.toml", "changed\n");
    write(&config, "new.txt", "new");
    write(&config, "x.log", "ignored");
    write(&config, "staged.txt", "new");
    let repository = Repository::open(folder.path()).unwrap();
    let mut index = repository.index().unwrap();
    index.add_path(Path::new("config/staged.txt")).unwrap();
    index.write().unwrap();

    let tree = WorkTree::open(&config).unwrap();
    for clean in ["a/foo.proto", "kept.txt"] {
        assert!(!tree.is_modified(&path(clean)), "{clean}");
    }
    for modified in [
        "vimana.toml",
        "new.txt",
        "x.log",
        "staged.txt",
        "missing",
        "a",
    ] {
        assert!(tree.is_modified(&path(modified)), "{modified}");
    }
}

#[test]
fn what_git_filters_is_modified_where_git_says_so() {
    let (folder, _) = repository();
    let config = folder.path().join("config");
    write(folder.path(), ".gitattributes", "*.txt text\n");
    let names = ["one.txt", "two.txt", "three.txt"];
    for name in names {
        write(&config, name, "a line\r\n");
    }
    commit_all(folder.path());
    write(&config, "two.txt", "another line\r\n");
    for root in [&config, folder.path()] {
        let tree = WorkTree::open(root).unwrap();
        let is_modified = |name: &str| {
            let inner = if root == config { "" } else { "config/" };
            tree.is_modified(&path(&format!("{inner}{name}")))
        };
        assert_eq!(names.map(is_modified), [false, true, false]);
    }
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_is_read() {
    let folder = TempDir::new().unwrap();
    let file = fs::File::create(folder.path().join("huge.wasm")).unwrap();
    file.set_len(200 << 20).unwrap();
    let tree = WorkTree::open(folder.path()).unwrap();
    let Err(SourceError::TooLarge { size, limit, .. }) = tree.read(&path("huge.wasm")) else {
        panic!("it was read");
    };
    assert_eq!((size, limit), (200 << 20, MAX_FILE_BYTES));
}

#[test]
fn what_is_no_file_is_not_read() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), "a/b.txt", "");
    let tree = WorkTree::open(folder.path()).unwrap();
    let error = |file: &str| tree.read(&path(file)).unwrap_err();
    assert!(matches!(error("a"), SourceError::NotAFile { .. }));
    assert!(matches!(error("."), SourceError::NotAFile { .. }));
    assert!(matches!(error("x"), SourceError::NotFound { .. }));
    assert!(matches!(error("a/b.txt/c"), SourceError::NotFound { .. }));
    let long = "x".repeat(5000);
    assert!(matches!(error(&long), SourceError::NotFound { .. }));
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::symlink;

    use super::*;

    /// Links of every sort, the same in all three sources.
    const LINKS: &[(&str, &str)] = &[
        ("good", "a/foo.proto"),
        ("a/up", "../vimana.toml"),
        ("folder", "a"),
        ("a/chain", "../folder/../good"),
        ("absolute", "/etc/hostname"),
        ("out", "../outside.txt"),
        ("out-folder", ".."),
        ("a/far", "../../../../etc/hostname"),
        ("dangling", "nothing"),
        ("loop", "loop"),
        ("ping", "pong"),
        ("pong", "ping"),
    ];

    #[test]
    fn links_are_followed_within_the_root_alone() {
        let (folder, _) = repository();
        let config = folder.path().join("config");
        let mut memory = Memory::from_files([
            ("vimana.toml", "[workspace]\n"),
            ("a/foo.proto", "syntax = \"proto3\";\n"),
        ])
        .unwrap();
        for (link, target) in LINKS {
            symlink(target, config.join(link)).unwrap();
            memory.insert_symlink(path(link), *target);
        }
        let commit = commit_all(folder.path());
        let tree = WorkTree::open(&config).unwrap();
        let revision = GitRevision::open(&config, "HEAD").unwrap();
        let memory = memory.at_commit(commit, []);

        for source in [&tree as &dyn Source, &revision, &memory] {
            for good in ["good", "folder/foo.proto", "a/chain"] {
                assert!(read(source, good).unwrap().starts_with("syntax"), "{good}");
                assert!(!source.is_modified(&path(good)), "{good}");
            }
            assert_eq!(read(source, "folder/up").unwrap(), "[workspace]\n");
            for bad in [
                "absolute",
                "out",
                "out-folder/outside.txt",
                "a/far",
                "folder/far",
            ] {
                let error = source.read(&path(bad)).unwrap_err();
                assert!(matches!(error, SourceError::Escapes { .. }), "{error}");
                assert!(source.is_modified(&path(bad)));
            }
            for circle in ["loop", "ping", "loop/x"] {
                let error = source.read(&path(circle)).unwrap_err();
                assert!(matches!(error, SourceError::LinkLoop { .. }), "{error}");
            }
            let error = source.read(&path("dangling")).unwrap_err();
            assert!(matches!(error, SourceError::NotFound { .. }), "{error}");
            let error = source.read(&path("folder")).unwrap_err();
            assert!(matches!(error, SourceError::NotAFile { .. }), "{error}");

            let entries = source.entries().unwrap();
            assert_eq!(entries.len(), LINKS.len() + 2, "no link is entered");
            let escaping: Vec<_> = entries
                .iter()
                .filter(|entry| matches!(entry.kind, EntryKind::Symlink { escapes: true, .. }))
                .map(|entry| entry.path.as_str())
                .collect();
            assert_eq!(escaping, ["a/far", "absolute", "out", "out-folder"]);
        }
        assert_eq!(kinds(&tree), kinds(&revision));
        assert_eq!(kinds(&tree), kinds(&memory));
    }

    #[test]
    fn a_link_to_a_modified_file_is_modified() {
        let (folder, _) = repository();
        let config = folder.path().join("config");
        symlink("vimana.toml", config.join("link")).unwrap();
        commit_all(folder.path());
        write(&config, "vimana.toml", "changed");
        assert!(WorkTree::open(&config).unwrap().is_modified(&path("link")));
    }

    #[test]
    fn a_name_that_is_not_utf8_is_listed_as_such() {
        let (folder, _) = repository();
        let config = folder.path().join("config");
        fs::write(config.join(OsStr::from_bytes(b"caf\xe9.proto")), "").unwrap();
        commit_all(folder.path());
        let tree = WorkTree::open(&config).unwrap();
        let revision = GitRevision::open(&config, "HEAD").unwrap();
        for source in [&tree as &dyn Source, &revision] {
            let entries = source.entries().unwrap();
            let bad: Vec<_> = entries
                .iter()
                .filter(|entry| entry.kind == EntryKind::BadName)
                .map(|entry| entry.path.as_str())
                .collect();
            assert_eq!(bad, ["caf\u{fffd}.proto"]);
        }
    }

    #[test]
    fn a_root_below_a_link_is_the_folder_that_it_leads_to() {
        let (folder, _) = repository();
        let elsewhere = TempDir::new().unwrap();
        let link = elsewhere.path().join("link");
        symlink(folder.path().join("config"), &link).unwrap();
        let tree = WorkTree::open(&link).unwrap();
        assert!(!tree.is_modified(&path("vimana.toml")));
        assert_eq!(names(&tree), ["a/foo.proto", "vimana.toml"]);
    }
}

/// A time of the file system's clock.
#[cfg(unix)]
fn clock(folder: &Path) -> super::Time {
    let file = folder.join("clock");
    fs::write(&file, "").unwrap();
    super::Stamp::of(&fs::metadata(file).unwrap())
        .unwrap()
        .changed()
}

/// The clock, once it has moved on: a file that was written before is older.
#[cfg(unix)]
fn next_tick(folder: &Path) -> super::Time {
    let before = clock(folder);
    for _ in 0..1_000_000 {
        let now = clock(folder);
        if now > before {
            return now;
        }
    }
    panic!("the clock of the file system stands still");
}

#[cfg(unix)]
fn content(tree: &WorkTree, file: &str) -> Option<super::ContentId> {
    let entries = tree.entries().unwrap();
    let entry = entries.iter().find(|entry| entry.path == path(file));
    entry.unwrap().content
}

#[cfg(unix)]
#[test]
fn what_was_read_before_is_known_without_reading_it_until_it_changes() {
    let (folder, aside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    write(folder.path(), "a.txt", "one");
    let now = next_tick(aside.path());
    let tree = WorkTree::open(folder.path())
        .unwrap()
        .remembering(super::Remembered::new(), now);
    assert_eq!(content(&tree, "a.txt"), None);
    let named = tree.read_named(&path("a.txt")).unwrap();
    let known = tree.remembered().unwrap();
    let known = super::Remembered::decode(&known.encode()).unwrap();

    let reopen = || {
        let tree = WorkTree::open(folder.path()).unwrap();
        tree.remembering(known.clone(), next_tick(aside.path()))
    };
    assert_eq!(content(&reopen(), "a.txt"), named.content);
    // As long, and with the time that it had: only the system knows.
    let before = fs::metadata(folder.path().join("a.txt")).unwrap();
    write(folder.path(), "a.txt", "two");
    let file = fs::File::options()
        .write(true)
        .open(folder.path().join("a.txt"))
        .unwrap();
    file.set_modified(before.modified().unwrap()).unwrap();
    assert_eq!(content(&reopen(), "a.txt"), None);
}

#[cfg(unix)]
#[test]
fn what_was_written_just_now_is_not_remembered() {
    let (folder, aside) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let now = clock(aside.path());
    write(folder.path(), "a.txt", "one");
    let tree = WorkTree::open(folder.path())
        .unwrap()
        .remembering(super::Remembered::new(), now);
    tree.entries().unwrap();
    tree.read_named(&path("a.txt")).unwrap();
    assert_eq!(tree.remembered(), None, "it may be written again at once");
}
