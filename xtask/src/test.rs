//! `cargo xtask test`: all that a change must pass.

use std::process::Command;
use std::time::Instant;

use crate::process::{cargo, root, step};
use crate::{conformance, deny, format, googleapis, install, interop};

/// What to leave out while one works.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Leaves out formatting, lints, documentation and licences.
    #[arg(long)]
    tests_only: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let start = Instant::now();
    if !arguments.tests_only {
        format::check()?;
        step(
            "cargo clippy",
            cargo([
                "clippy",
                "--quiet",
                "--locked",
                "--workspace",
                "--all-targets",
            ])
            .args(["--all-features", "--", "-D", "warnings"]),
        )?;
    }
    install::node_packages("tests/clients/node")?;
    install::node_packages("tests/clients/web")?;
    install::browser()?;
    install::command_line_tools()?;
    install::python_client("describe")?;
    install::python_client("telemetry")?;
    step(
        "node --test (the example's virtual pods)",
        Command::new("node")
            .arg("--test")
            .current_dir(root().join("tests/clients/node")),
    )?;
    step(
        "cargo test",
        &mut cargo([
            "test",
            "--locked",
            "--workspace",
            "--no-fail-fast",
            // The testee of the conformance suite, built with the rest in one go.
            "--features=vimana-interface/conformance",
        ]),
    )?;
    conformance::check()?;
    googleapis::check()?;
    interop::check()?;
    if !arguments.tests_only {
        step(
            "cargo doc",
            cargo(["doc", "--quiet", "--locked", "--workspace", "--no-deps"])
                .env("RUSTDOCFLAGS", "-D warnings"),
        )?;
        deny::check()?;
    }
    println!(
        "==> all green in {:.1} min",
        start.elapsed().as_secs_f64() / 60.0
    );
    Ok(())
}
