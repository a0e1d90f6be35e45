//! Google's own definitions, through the interface crate and beside protoc.

use std::path::PathBuf;
use std::process::Command;

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
    // Selected as `cargo test` does it, which has built them: another selection has other
    // features, and would build wasmtime again.
    step(
        "cargo build (googleapis, protoc)",
        cargo(["build", "--quiet", "--locked", "--workspace"])
            .arg("--features=vimana-interface/conformance")
            .args(["--example=googleapis", "--example=protoc"]),
    )?;
    let examples = target().join("debug/examples");
    step(
        "googleapis: every service and every message",
        Command::new(examples.join("googleapis")).args(&corpora),
    )?;
    install::protoc()?;
    corpora.push(root().join("interface/tests/interface/proto"));
    step(
        "the same descriptors as protoc",
        Command::new(examples.join("protoc"))
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
