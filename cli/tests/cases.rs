//! End-to-end cases: each folder below `tests/cases/` that has `cmds` is a
//! repository, commands and what they print.
//!
//! - `repo/`: the repository; without it, a copy of `examples/repo`.
//! - `setup`: shell lines that change the copy, run in it (optional).
//! - `cmds`: the commands, one a line, run in the copy by a shell in which
//!   `vimana` is the binary under test.
//! - `stdout`, `stderr`: what they print, with the command before and the exit
//!   code behind. `BLESS=1` writes them anew.
//!
//! `CASES=VM004` runs those alone whose path has that in it. Those of
//! `tests/cases/rules/` show one rule each, of the code that they are named after.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use vimana_compiler::rules::{self, Group, Rule};

mod support;

#[test]
fn each_case_prints_what_lies_beside_it() {
    let root = support::workspace().join("tests/cases");
    let mut cases = Vec::new();
    find(&root, &mut cases);
    if let Ok(wanted) = std::env::var("CASES") {
        cases.retain(|case| case.to_string_lossy().contains(&wanted));
    }
    cases.sort();
    assert!(!cases.is_empty(), "{} holds no case", root.display());

    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(failure) = run(case) {
                        failures.lock().unwrap().push(failure);
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// The cases in `folder` and below, but not within cases.
fn find(folder: &Path, cases: &mut Vec<PathBuf>) {
    if folder.join("cmds").is_file() {
        cases.push(folder.to_owned());
        return;
    }
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            find(&entry.path(), cases);
        }
    }
}

/// The rules that no repository leads to: a guard against mistakes of vimana
/// itself, which a unit test beside the rule shows.
const NOT_FROM_FILES: &[&str] = &["VM0065"];

/// The rules about what a node runs, which `against_live.rs` and the tests of the
/// compiler show.
const FROM_A_NODE: &[&str] = &["VM0202", "VM0203"];

/// What the cases about changes since a base print: each shows several rules, as a
/// change breaks several things.
fn breaking_cases(root: &Path) -> String {
    let is_breaking = |path: &PathBuf| {
        let name = path.file_name().unwrap_or_default();
        name.to_string_lossy().starts_with("breaking-")
    };
    fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(is_breaking)
        .map(|path| fs::read_to_string(path.join("stdout")).unwrap())
        .collect()
}

#[test]
fn every_rule_has_a_case_that_shows_it() {
    let root = support::workspace().join("tests/cases");
    let cases = root.join("rules");
    let breaking = breaking_cases(&root);
    for rule in rules::ALL {
        let code = rule.code();
        if NOT_FROM_FILES.contains(&code) || FROM_A_NODE.contains(&code) {
            continue;
        }
        let mut printed = fs::read_to_string(cases.join(code).join("stdout")).unwrap_or_default();
        if rule.group() == Group::Breaking {
            printed.push_str(&breaking);
        }
        assert!(
            printed.contains(&format!("[{code}]")),
            "{} shows no finding of {code}, {}",
            cases.join(code).display(),
            rule.name()
        );
    }
    for case in fs::read_dir(&cases).unwrap() {
        let name = case.unwrap().file_name();
        let code = name.to_str().unwrap();
        assert!(Rule::find(code).is_some(), "{code} is no rule");
    }
}

/// The rules that the case `every-rule` does not show, and why.
const APART: &[(&[&str], &str)] = &[
    (
        &["VM0006"],
        "nothing is read of a repository that cannot be listed",
    ),
    (
        &["VM0030"],
        "`vimana.toml` marks the repository; it can be missing in a revision alone",
    ),
    (
        &["VM0031", "VM0037"],
        "an error in `vimana.toml` hides what is said for want of a setting",
    ),
    (&["VM0065"], "no repository leads to it"),
    (
        &["VM0085", "VM0087", "VM0088"],
        "said only where every `vpods.yml` is right",
    ),
    (
        &["VM0090"],
        "said only where no error hides what a silencer is for",
    ),
    (&["VM0110"], "needs a component that calls another service"),
    (&["VM0152"], "needs a component that sends HTTP requests"),
];

#[test]
fn one_repository_shows_every_rule_that_can_stand_beside_the_others() {
    let case = support::workspace().join("tests/cases/every-rule");
    let printed = fs::read_to_string(case.join("stdout")).unwrap();
    for rule in rules::ALL {
        let code = rule.code();
        let is_apart = APART.iter().any(|(codes, _)| codes.contains(&code));
        if rule.group() == Group::Breaking {
            continue;
        }
        assert_eq!(
            !is_apart,
            printed.contains(&format!("[{code}]")),
            "{code}, {}, in {}",
            rule.name(),
            case.display()
        );
    }
}

/// Runs one case; the error shows what differs.
fn run(case: &Path) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().canonicalize().unwrap().join("repo");
    let own = case.join("repo");
    let example = support::workspace().join("examples/repo");
    support::copy(if own.is_dir() { &own } else { &example }, &copy);
    if let Ok(setup) = fs::read_to_string(case.join("setup")) {
        let output = shell(&copy, &format!("set -e\n{setup}"));
        assert!(
            output.status.success(),
            "{}: setup: {}",
            case.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    let mut stdout = String::new();
    let mut stderr = String::new();
    for line in fs::read_to_string(case.join("cmds")).unwrap().lines() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let output = shell(&copy, line);
        let add = |text: &mut String, bytes: &[u8]| {
            let printed = String::from_utf8_lossy(bytes).replace(copy.to_str().unwrap(), "[REPO]");
            write!(text, "$ {line}\n{printed}").unwrap();
            if !printed.is_empty() && !printed.ends_with('\n') {
                text.push_str("[no newline]\n");
            }
        };
        add(&mut stdout, &output.stdout);
        add(&mut stderr, &output.stderr);
        writeln!(stdout, "[exit {}]", output.status.code().unwrap_or(-1)).unwrap();
    }
    compare(&case.join("stdout"), &stdout)?;
    compare(&case.join("stderr"), &stderr)
}

fn shell(folder: &Path, script: &str) -> std::process::Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_vimana"));
    let path = std::env::var("PATH").unwrap_or_default();
    let mut command = Command::new("sh");
    command
        .args(["-c", script])
        .current_dir(folder)
        .env(
            "PATH",
            format!("{}:{path}", binary.parent().unwrap().display()),
        )
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        // Whatever the user's own git configuration says.
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_AUTHOR_DATE", "2026-01-01T00:00:00Z")
        .env("GIT_COMMITTER_DATE", "2026-01-01T00:00:00Z")
        .env_remove("VIMANA_ENDPOINT")
        .env_remove("VIMANA_TOKEN_FILE")
        .env_remove("RUST_BACKTRACE");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "Ada");
        command.env(format!("GIT_{role}_EMAIL"), "ada@example.com");
    }
    command.output().unwrap()
}

fn compare(expected: &Path, found: &str) -> Result<(), String> {
    if std::env::var_os("BLESS").is_some() {
        fs::write(expected, found).unwrap();
        return Ok(());
    }
    let expected_text = fs::read_to_string(expected).unwrap_or_default();
    if expected_text == found {
        return Ok(());
    }
    Err(format!(
        "{} differs (BLESS=1 writes it anew)\n--- expected\n{expected_text}\n--- found\n{found}",
        expected.display()
    ))
}
