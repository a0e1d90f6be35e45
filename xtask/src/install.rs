//! Installs what tests need and a bare machine lacks.

use std::process::Command;

use anyhow::bail;

use crate::process::{has, root, step};

/// Node.js with npm, and the packages of the gRPC client that the tests call the
/// data plane with.
pub(crate) fn node_client() -> anyhow::Result<()> {
    if !has("node") || !has("npm") {
        debian(&["nodejs", "npm"])?;
    }
    let folder = root().join("tests/clients/node");
    let stamp = folder.join("node_modules/.package-lock.json");
    let lock = folder.join("package-lock.json");
    let is_current = || {
        let modified = |path| std::fs::metadata(path)?.modified();
        std::io::Result::Ok(modified(&stamp)? >= modified(&lock)?)
    };
    if is_current().unwrap_or(false) {
        return Ok(());
    }
    step(
        "npm ci (tests/clients/node)",
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(folder),
    )
}

/// Installs Debian packages; says which where this is no Debian or we are not root.
fn debian(packages: &[&str]) -> anyhow::Result<()> {
    let names = packages.join(" ");
    if !has("apt-get") {
        bail!("the tests need {names}: install them with this system's package manager");
    }
    step(
        "apt-get update",
        Command::new("apt-get").args(["update", "-qq"]),
    )?;
    step(
        &format!("apt-get install {names}"),
        Command::new("apt-get")
            .args(["install", "-y", "-qq", "--no-install-recommends"])
            .args(packages)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
