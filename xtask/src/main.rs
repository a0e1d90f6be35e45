//! The project's own tasks.
//!
//! - `cargo xtask test` checks all that a change must pass.
//! - `cargo xtask conformance` runs one part of that: Protobuf's conformance suite.
//! - `cargo xtask googleapis` runs another: Google's own definitions, by the thousand.
//! - `cargo xtask interop` runs another: gRPC's interop tests, of three clients.
//! - `cargo xtask bench` measures, and prints one table.
//! - `cargo xtask fuzz` looks for inputs that break something.
//! - `cargo xtask generate` writes what is generated and checked in.
#![forbid(unsafe_code)]
// A task's output is its purpose.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod bench;
mod conformance;
mod deny;
mod format;
mod fuzz;
mod generate;
mod googleapis;
mod install;
mod interop;
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
    /// Protobuf's conformance suite alone, which `test` runs too.
    Conformance,
    /// Google's own definitions alone, which `test` runs too.
    Googleapis,
    /// gRPC's interop tests alone, which `test` runs too.
    Interop,
    /// Measures and prints one table.
    Bench(bench::Arguments),
    /// Looks for inputs that break something, with libFuzzer.
    Fuzz(fuzz::Arguments),
    /// Writes what is generated and checked in: JSON Schemas and snapshots.
    Generate,
}

fn main() -> anyhow::Result<()> {
    match Arguments::parse().task {
        Task::Test(arguments) => test::run(&arguments),
        Task::Conformance => conformance::run(),
        Task::Googleapis => googleapis::check(),
        Task::Interop => interop::run(),
        Task::Bench(arguments) => bench::run(&arguments),
        Task::Fuzz(arguments) => fuzz::run(&arguments),
        Task::Generate => generate::run(),
    }
}
