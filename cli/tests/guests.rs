//! The committed components are those that the committed sources were built to.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

mod support;

use vimana_proto::Digest;

#[test]
fn committed_components_match_their_sources() {
    let root = support::workspace();
    let guests = root.join("tests/guests");
    let checksums = fs::read_to_string(guests.join("CHECKSUMS")).unwrap();
    assert!(checksums.lines().count() >= 2, "{checksums}");
    for line in checksums.lines() {
        let fields: Vec<&str> = line.split(' ').collect();
        let [name, sources, component, path] = fields[..] else {
            panic!("`{line}` has not four fields");
        };
        let mut files = Vec::new();
        list(&guests.join(name), "", &mut files);
        files.sort();
        let mut text = String::new();
        for file in &files {
            let content = fs::read(guests.join(name).join(file)).unwrap();
            writeln!(text, "{}  {file}", Digest::of(&content).hex()).unwrap();
        }
        assert_eq!(
            Digest::of(text.as_bytes()).hex(),
            sources,
            "the sources of `{name}` have changed: run tests/guests/build.sh"
        );
        let content = fs::read(root.join(path)).unwrap();
        assert_eq!(
            Digest::of(&content).hex(),
            component,
            "`{path}` was not built by tests/guests/build.sh"
        );
    }
}

/// The paths of all files below `folder`.
fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{path}/"), files);
        } else {
            files.push(path);
        }
    }
}
