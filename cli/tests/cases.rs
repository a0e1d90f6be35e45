//! End-to-end cases: each folder of `tests/cases/` is a repository, commands and
//! what they print.
//!
//! - `repo/`: the repository; without it, a copy of `examples/repo`.
//! - `setup`: shell lines that change the copy, run in it (optional).
//! - `cmds`: the commands, one a line, run in the copy by a shell in which
//!   `vimana` is the binary under test.
//! - `stdout`, `stderr`: what they print, with the command before and the exit
//!   code behind. `BLESS=1` writes them anew.
#![allow(clippy::unwrap_used)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

mod support;

#[test]
fn each_case_prints_what_lies_beside_it() {
    let root = support::workspace().join("tests/cases");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.join("cmds").is_file())
        .collect();
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
