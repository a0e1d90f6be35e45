//! The project's own tasks.
//!
//! - `cargo xtask test` checks all that a change must pass.
//! - `cargo xtask bench` measures, and prints one table.
//! - `cargo xtask generate` writes what is generated and checked in.
#![forbid(unsafe_code)]
// A task's output is its purpose.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod deny;
mod generate;
mod install;
mod process;
mod test;

use clap::{Parser, Subcommand};

/// The project's own tasks.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Formatting, lints, tests, documentation, licences.
    Test(test::Arguments),
    /// Measures and prints one table.
    Bench(bench::Arguments),
    /// Writes what is generated and checked in: JSON Schemas and snapshots.
    Generate,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Generate => generate::run(),
    }
}
