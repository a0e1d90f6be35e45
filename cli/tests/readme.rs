//! What the README shows is what the tool prints: its `console` blocks are run,
//! in their order, in a copy of the example that `up` serves. A line `...` stands
//! for any number of lines.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

mod support;

use support::process::{Finished, Running, addresses, run};

/// The address that the README uses, that of the default.
const ADDRESS: &str = "127.0.0.1:8080";

#[test]
fn the_readme_shows_what_its_commands_print() {
    let readme = fs::read_to_string(support::workspace().join("README.md")).unwrap();
    let examples = examples(&readme);
    assert!(examples.len() >= 5, "the README has lost its examples");

    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");

    let folder = Path::new(env!("CARGO_BIN_EXE_vimana")).parent().unwrap();
    let path = format!(
        "{}:{}",
        folder.display(),
        std::env::var("PATH").unwrap_or_default()
    );
    for (command, expected) in examples {
        let found: Finished = run(Command::new("sh")
            .args(["-c", &command.replace(ADDRESS, &data.to_string())])
            .current_dir(&root)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .env("COLUMNS", "100"));
        assert_eq!(found.code, 0, "{command}: {found:?}");
        let lines: Vec<&str> = found.stdout.lines().collect();
        let pattern: Vec<&str> = expected.lines().collect();
        assert!(
            matches(&pattern, &lines),
            "{command}\n--- the README says\n{expected}\n--- it prints\n{}",
            found.stdout
        );
    }
}

/// The commands of the `console` blocks, with what follows each.
fn examples(readme: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    let mut is_inside = false;
    for line in readme.lines() {
        match (is_inside, line) {
            (false, "```console") => is_inside = true,
            (true, "```") => is_inside = false,
            (true, line) => match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push((command.to_owned(), String::new())),
                (None, Some((_, output))) => {
                    output.push_str(line);
                    output.push('\n');
                }
                (None, None) => panic!("output before any command: {line}"),
            },
            (false, _) => {}
        }
    }
    examples
}

/// Whether `lines` are what `pattern` says.
fn matches(pattern: &[&str], lines: &[&str]) -> bool {
    match pattern {
        [] => lines.is_empty(),
        ["...", rest @ ..] => (0..=lines.len()).any(|skipped| matches(rest, &lines[skipped..])),
        [line, rest @ ..] => lines.first() == Some(line) && matches(rest, &lines[1..]),
    }
}
