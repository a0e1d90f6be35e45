//! Google's own definitions, through the interface crate and beside protoc.

use std::path::PathBuf;

use crate::install;
use crate::process::{cargo, root, step, target};

const PACKAGES: &str = "tests/googleapis";

/// Runs every service and every message of `googleapis-common-protos` (from `PyPI`) and
/// `google-proto-files` (npm): each gives WIT that resolves, or a finding. Then
/// compares what the compiler links with what protoc links, and what both refuse.
pub(crate) fn check() -> anyhow::Result<()> {
    let mut corpora = vec![python()?];
    install::node_packages(PACKAGES)?;
    corpora.push(
        root()
            .join(PACKAGES)
            .join("node_modules/google-proto-files"),
    );
    step(
        "googleapis: every service and every message",
        cargo([
            "run",
            "--quiet",
            "--locked",
            "--package=vimana-interface",
            "--example=googleapis",
            "--",
        ])
        .args(&corpora),
    )?;
    install::protoc()?;
    corpora.push(root().join("interface/tests/interface/proto"));
    step(
        "the same descriptors as protoc",
        cargo([
            "run",
            "--quiet",
            "--locked",
            "--package=vimana-compiler",
            "--example=protoc",
            "--",
        ])
        .args(&corpora)
        .arg("--verdicts")
        .arg(root().join("compiler/tests/verdicts")),
    )
}

/// The definitions in the package of `PyPI`, unpacked.
fn python() -> anyhow::Result<PathBuf> {
    let folder = target().join("tools/googleapis-common-protos");
    let stamp = folder.join(install::STAMP);
    let requirements = root().join(PACKAGES).join("requirements.txt");
    let is_current = || {
        let modified = |path| std::fs::metadata(path)?.modified();
        std::io::Result::Ok(modified(&stamp)? >= modified(&requirements)?)
    };
    if !is_current().unwrap_or(false) {
        install::python_packages(&requirements, &folder)?;
    }
    Ok(folder)
}
