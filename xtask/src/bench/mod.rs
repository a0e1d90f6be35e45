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

/// Builds what is measured with optimisations, and runs itself with them.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    use crate::process::{cargo, step};

    step(
        "cargo build --release",
        &mut cargo(["build", "--quiet", "--release", "--package", "vimana"]),
    )?;
    step(
        "cargo xtask bench",
        cargo([
            "run",
            "--quiet",
            "--release",
            "--package",
            "xtask",
            "--features",
            "bench",
            "--",
            "bench",
        ])
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
