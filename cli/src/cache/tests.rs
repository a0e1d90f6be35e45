use std::fs;

use tempfile::TempDir;
use vimana_compiler::source::Memory;
use vimana_compiler::{Hooks, Options, check_with, compile_with};

use super::{DATABASE, DiskCache};

/// A repository whose findings come from several folders.
fn source() -> Memory {
    let mut files = vec![(
        "vimana.toml".to_owned(),
        "[workspace]\nname = \"a\"\n".to_owned(),
    )];
    for index in 0..20 {
        let text = format!(
            "syntax = \"proto3\";\npackage p{index};\nmessage A {{ Missing{index} a = 1; }}\nservice S {{\n  option (vimana.service) = {{ id: \"x\" }};\n}}\n"
        );
        files.push((format!("p{index}/p.proto"), text));
    }
    Memory::from_files(files).unwrap()
}

/// What is found with the cache of the repository at `root`, if any, where a check
/// finds the same.
fn found(root: Option<&TempDir>) -> String {
    let cache = root.map(|root| DiskCache::open(root.path()).unwrap());
    let hooks = Hooks {
        cache: cache.as_ref().map(|cache| cache as _),
        ..Hooks::default()
    };
    let compilation = compile_with(&source(), &Options::default(), &hooks);
    let findings = check_with(&source(), &Options::default(), &hooks);
    assert_eq!(findings.diagnostics, compilation.diagnostics);
    format!("{:#?}", compilation.diagnostics)
}

fn entries(root: &TempDir) -> i64 {
    let cache = DiskCache::open(root.path()).unwrap();
    cache
        .with(|connection, _| {
            connection.query_row("SELECT count(*) FROM entry", [], |row| row.get(0))
        })
        .unwrap()
}

#[test]
fn what_is_kept_is_used_again_and_says_the_same() {
    let root = TempDir::new().unwrap();
    let cold = found(None);
    // One for each folder, and one with what a check needs to know of them.
    assert_eq!(found(Some(&root)), cold);
    assert_eq!(entries(&root), 21);
    assert_eq!(found(Some(&root)), cold);
    assert_eq!(entries(&root), 21);
    assert!(root.path().join(".vimana/.gitignore").exists());
}

#[test]
fn a_damaged_database_changes_nothing_and_is_begun_anew() {
    let cold = found(None);
    for step in 0..24_usize {
        let root = TempDir::new().unwrap();
        found(Some(&root));
        let database = root.path().join(".vimana/cache").join(DATABASE);
        let mut bytes = fs::read(&database).unwrap();
        let at = bytes.len() * step / 24;
        if step % 4 == 3 {
            bytes.truncate(at);
        } else {
            let end = (at + 512).min(bytes.len());
            bytes[at..end].iter_mut().for_each(|byte| *byte ^= 0x55);
        }
        fs::write(&database, bytes).unwrap();
        for run in 0..3 {
            assert_eq!(found(Some(&root)), cold, "damaged at {at}, run {run}");
        }
    }
}

#[test]
fn several_may_use_it_at_once() {
    let root = TempDir::new().unwrap();
    let cold = found(None);
    std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| found(Some(&root)))).collect();
        for run in runs {
            assert_eq!(run.join().unwrap(), cold);
        }
    });
    assert_eq!(found(Some(&root)), cold);
}

#[test]
fn without_a_folder_to_write_there_is_none() {
    let root = TempDir::new().unwrap();
    fs::write(root.path().join(".vimana"), "no folder").unwrap();
    assert!(DiskCache::open(root.path()).is_none());
}

#[test]
fn what_another_process_locks_is_done_without() {
    let root = TempDir::new().unwrap();
    let cold = found(Some(&root));
    let before = entries(&root);
    let other = DiskCache::open(root.path()).unwrap();
    let during = other.with(|connection, _| {
        connection.execute_batch("BEGIN EXCLUSIVE; DELETE FROM entry")?;
        let during = found(Some(&root));
        connection.execute_batch("ROLLBACK")?;
        Ok(during)
    });
    assert_eq!(during.unwrap(), cold);
    assert_eq!(entries(&root), before);
}
