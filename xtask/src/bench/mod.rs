//! `cargo xtask bench`: what the main paths cost, in one table.
//!
//! The figures are CPU time, since the wall time of a shared machine says little,
//! and each has a reference that was measured in the same run: compare ratios.

#[cfg(feature = "bench")]
mod child;
#[cfg(feature = "bench")]
mod compile;
#[cfg(feature = "bench")]
mod cpu;
#[cfg(feature = "bench")]
mod fleet;
mod hostile;
#[cfg(feature = "bench")]
mod load;
#[cfg(feature = "bench")]
mod native;
#[cfg(feature = "bench")]
mod record;
#[cfg(feature = "bench")]
mod repository;
#[cfg(feature = "bench")]
mod serve;
#[cfg(feature = "bench")]
mod server;
#[cfg(feature = "bench")]
mod stream;
#[cfg(feature = "bench")]
mod table;

/// Of how many services a plan is measured.
#[cfg(feature = "bench")]
const PLANNED: usize = 1_000;

/// How many messages of streams are measured for each call: they cost less.
#[cfg(feature = "bench")]
const MESSAGES_PER_CALL: usize = 20;

/// What to measure.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Arguments {
    /// What alone to measure
    only: Option<Part>,

    /// How many services to compile, in each of several repositories; a fleet has as many
    /// as the last
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 10_000])]
    services: Vec<usize>,

    /// How many calls to make, of each kind
    #[arg(long, default_value_t = 20_000)]
    calls: usize,

    /// Serves the native reference, for the benchmark's own use
    #[arg(long, hide = true)]
    native: bool,
}

/// A part of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// `vimana check`, and plans
    Compile,
    /// Calls of a node, and its restart
    Serve,
    /// A node with very many services
    Fleet,
    /// How long a service waits beside one that is attacked
    Hostile,
}

/// Builds what is measured with optimisations, and runs itself with them. Both in
/// one build, so that their dependencies have the same features and are compiled
/// once.
#[cfg(not(feature = "bench"))]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    use std::process::Command;

    use crate::process::{cargo, step, target};

    if arguments.only == Some(Part::Hostile) {
        return hostile::measure();
    }
    step(
        "cargo build --release",
        cargo(["build", "--quiet", "--release", "--package", "vimana"]).args([
            "--package",
            "xtask",
            "--features",
            "xtask/bench",
        ]),
    )?;
    let services: Vec<_> = arguments.services.iter().map(usize::to_string).collect();
    let only = arguments.only.map(|part| match part {
        Part::Compile => "compile",
        Part::Serve => "serve",
        Part::Fleet => "fleet",
        Part::Hostile => "hostile",
    });
    step(
        "bench",
        Command::new(target().join("release/xtask"))
            .arg("bench")
            .args(only)
            .args(["--services", &services.join(",")])
            .args(["--calls", &arguments.calls.to_string()]),
    )
}

#[cfg(feature = "bench")]
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.native {
        return native::serve();
    }
    if arguments.only == Some(Part::Hostile) {
        return hostile::measure();
    }
    let wanted = |part| arguments.only.is_none_or(|only| only == part);
    let mut table = table::Table::default();
    if wanted(Part::Compile) {
        crate::install::benchmark_tools()?;
        for services in &arguments.services {
            compile::measure(*services, &mut table)?;
        }
        compile::measure_plan(PLANNED, &mut table)?;
    }
    if wanted(Part::Serve) || wanted(Part::Fleet) {
        server::pin_load();
    }
    if wanted(Part::Serve) {
        serve::measure(arguments.calls, &mut table)?;
        stream::measure(arguments.calls * MESSAGES_PER_CALL, &mut table)?;
        serve::measure_restart(&mut table)?;
    }
    if wanted(Part::Fleet)
        && let Some(services) = arguments.services.last()
    {
        fleet::measure(*services, arguments.calls, &mut table)?;
    }
    println!("{table}");
    Ok(())
}
