//! `cargo deny`: licences, bans and sources of all dependencies, and advisories
//! where the advisory database can be reached.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::process::{cargo, step, target};

const VERSION: &str = "0.20.2";

/// Checks the dependencies. A machine that can neither find nor build cargo-deny
/// says so and goes on, since everything else can still be tested there.
pub(crate) fn check() -> anyhow::Result<()> {
    let Some(program) = find_or_install() else {
        println!("==> cargo deny: not to be had here; licences and bans are not checked");
        return Ok(());
    };
    let deny = |checks: &[&str]| {
        let mut command = Command::new(&program);
        command
            .current_dir(crate::process::root())
            .args(["--log-level", "error", "check", "--hide-inclusion-graph"])
            .args(checks);
        command
    };
    step(
        "cargo deny check bans licenses sources",
        &mut deny(&["bans", "licenses", "sources"]),
    )?;
    let fetched = Command::new(&program)
        .current_dir(crate::process::root())
        .args(["--log-level", "error", "fetch", "db"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !fetched {
        println!(
            "==> cargo deny check advisories: the advisory database cannot be reached from here"
        );
        return Ok(());
    }
    step("cargo deny check advisories", &mut deny(&["advisories"]))
}

fn find_or_install() -> Option<PathBuf> {
    let tools = target().join("tools");
    let ours = tools.join("bin/cargo-deny");
    for candidate in [PathBuf::from("cargo-deny"), ours.clone()] {
        let found = Command::new(&candidate)
            .arg("--version")
            .stderr(Stdio::null())
            .output()
            .is_ok_and(|output| {
                output.status.success() && String::from_utf8_lossy(&output.stdout).contains(VERSION)
            });
        if found {
            return Some(candidate);
        }
    }
    let installed = step(
        &format!("cargo install cargo-deny {VERSION}"),
        cargo([
            "install",
            "--quiet",
            "--locked",
            "--no-default-features",
            "--debug",
            "cargo-deny",
        ])
        .args(["--version", VERSION, "--root"])
        .arg(&tools)
        .arg("--target-dir")
        .arg(tools.join("build")),
    );
    match installed {
        Ok(()) => Some(ours),
        Err(error) => {
            println!("    {error:#}");
            None
        }
    }
}
