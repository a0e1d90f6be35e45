//! `vimana check --against-live`, with a node that runs the example.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

mod support;

use support::process::{Finished, Running, addresses, run, vimana};

/// Replaces text in a file, which has it.
fn replace(file: &Path, old: &str, new: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(old), "{text}");
    fs::write(file, text.replace(old, new)).unwrap();
}

#[test]
fn a_change_is_held_against_what_a_node_runs() {
    let (folder, root) = support::example();
    let mut up = Running::up(&root);
    let (_, control) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");
    // Another checkout, so that the node keeps what it runs.
    let copy = folder.path().join("copy");
    support::copy(&root, &copy);
    let endpoint = format!("http://{control}");
    let check = || -> Finished {
        run(vimana(["check", "--against-live"])
            .args(["--endpoint", &endpoint])
            .current_dir(&copy))
    };

    let same = check();
    assert_eq!(same.code, 0, "{same:?}");
    assert!(
        same.stdout
            .contains("compared with `live`: 0 services changed, 2 unchanged"),
        "{same:?}"
    );

    let definition = copy.join("library/library.proto");
    replace(&definition, "  string theme = 2;", "  string subject = 2;");
    let broken = check();
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(
        broken
            .stdout
            .contains("error[VM0242]: field `theme` of `library.Shelf` is renamed to `subject`"),
        "{broken:?}"
    );
    assert!(
        broken.stdout.contains("needs a major bump, 1.0.0 -> 2.0.0"),
        "{broken:?}"
    );

    replace(&definition, "  string subject = 2;", "  string theme = 2;");
    replace(&definition, "version: \"1.0.0\"", "version: \"2.0.0\"");
    let config = copy.join("library/service.txtpb");
    replace(&config, "version: \"1.0.0\"", "version: \"2.0.0\"");
    let replaced = check();
    assert_eq!(replaced.code, 0, "{replaced:?}");
    assert!(
        replaced.stdout.contains(
            "warning[VM0202]: `example.com:library.LibraryService@1.0.0` is removed while it gets 100 % of the traffic"
        ),
        "{replaced:?}"
    );
    assert!(
        replaced.stdout.contains("its share comes from `library/"),
        "{replaced:?}"
    );

    up.signal("INT");
    assert_eq!(up.end(), 0);
    let gone = check();
    assert_eq!(gone.code, 3, "{gone:?}");
}
