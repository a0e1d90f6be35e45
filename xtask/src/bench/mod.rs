//! `cargo xtask bench`: what the main paths cost, in one table.
//!
//! The figures are CPU time, since the wall time of a shared machine says little,
//! and each has a reference that was measured in the same run: compare ratios.

#[cfg(feature = "bench")]
mod compile;
#[cfg(feature = "bench")]
mod cpu;
#[cfg(feature = "bench")]
mod native;
#[cfg(feature = "bench")]
mod serve;
#[cfg(feature = "bench")]
mod table;

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// How many services to compile and plan
    #[arg(long, default_value_t = 1_000)]
    services: usize,

    /// How many calls to make, of each kind
    #[arg(long, default_value_t = 20_000)]
    calls: usize,

    /// Serves the native reference, for the benchmark's own use
    #[arg(long, hide = true)]
    native: bool,
}

/// Builds what is measured with optimisations, and runs itself with them. Both in
/// one build, so that their dependencies have the same features and are compiled
/// once.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    use std::process::Command;

    use crate::process::{cargo, step, target};

    step(
        "cargo build --release",
        cargo(["build", "--quiet", "--release", "--package", "vimana"]).args([
            "--package",
            "xtask",
            "--features",
            "xtask/bench",
        ]),
    )?;
    step(
        "bench",
        Command::new(target().join("release/xtask"))
            .arg("bench")
            .args(["--services", &arguments.services.to_string()])
            .args(["--calls", &arguments.calls.to_string()]),
    )
}

#[cfg(feature = "bench")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.native {
        return native::serve();
    }
    let mut table = table::Table::default();
    compile::measure(arguments.services, &mut table)?;
    serve::measure(arguments.calls, &mut table)?;
    serve::measure_restart(&mut table)?;
    println!("{table}");
    Ok(())
}
