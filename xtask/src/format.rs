//! Whether the code is formatted.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{cargo, root, step};

/// Where a macro declares the modules, so that `cargo fmt` does not find them.
const RULES: &str = "compiler/src/rules";

/// Checks every file; changes none.
pub(crate) fn check() -> anyhow::Result<()> {
    step("cargo fmt --check", &mut cargo(["fmt", "--all", "--check"]))?;
    step(
        "rustfmt --check (the rules)",
        Command::new("rustfmt")
            .args(["--edition", "2024", "--check"])
            .args(rules()?)
            .current_dir(root()),
    )
}

fn rules() -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(root().join(RULES))? {
        let group = entry?.path();
        if group.is_dir() {
            for entry in fs::read_dir(group)? {
                files.push(entry?.path());
            }
        }
    }
    files.sort();
    Ok(files)
}
