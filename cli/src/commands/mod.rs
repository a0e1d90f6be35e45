//! The commands, one a file. A file's doc comment is the command's help.

mod apply;
mod call;
mod check;
mod explain;
mod fix;
mod fmt;
mod graph;
mod logs;
mod plan;
mod serve;
mod show;
mod signals;
mod status;
mod up;
mod wit;

use clap::Subcommand;

use crate::arguments::Arguments;
use crate::command_error::{Code, CommandError};
use crate::output::Output;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Compiles the repository and tells everything that is wrong with it
    Check(check::Arguments),
    /// Explains a rule: what it finds, why that is wrong, and how to mend it
    Explain(explain::Arguments),
    /// Applies the fixes that findings carry
    Fix(fix::Arguments),
    /// Puts `.txtpb` files and `vpods.yml` into the one style
    Fmt(fmt::Arguments),
    /// Prints the WIT package that a component of a service implements
    Wit(wit::Arguments),
    /// Draws what the repository compiles to
    Graph(graph::Arguments),
    /// Tells what would change on the node
    Plan(plan::Arguments),
    /// Prints a plan that was saved
    Show(show::Arguments),
    /// Makes the node equal to the repository, or executes a saved plan
    Apply(apply::Arguments),
    /// Tells what is live, how it fares, and where it came from
    Status(status::Arguments),
    /// Calls a method of a service
    Call(call::Arguments),
    /// Tells what the guests of services wrote
    Logs(logs::Arguments),
    /// Runs a node
    Serve(serve::Arguments),
    /// Runs a node, applies the repository to it, and again whenever it changes
    Up(up::Arguments),
}

/// Runs the command that `arguments` name.
pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let global = &arguments.global;
    match &arguments.command {
        Command::Check(arguments) => check::run(arguments, global, output),
        Command::Explain(arguments) => explain::run(arguments, output),
        Command::Fix(arguments) => fix::run(arguments, output),
        Command::Fmt(arguments) => fmt::run(arguments, output),
        Command::Wit(arguments) => wit::run(arguments, output),
        Command::Graph(arguments) => graph::run(arguments, output),
        Command::Plan(arguments) => plan::run(arguments, global, output),
        Command::Show(arguments) => show::run(arguments, output),
        Command::Apply(arguments) => apply::run(arguments, global, output),
        Command::Status(arguments) => status::run(arguments, global, output),
        Command::Call(arguments) => call::run(arguments, global, output),
        Command::Logs(arguments) => logs::run(arguments, global, output),
        Command::Serve(arguments) => serve::run(arguments, global, output),
        Command::Up(arguments) => up::run(arguments, global, output),
    }
}

/// The async runtime, for the commands that speak to a network.
fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    Ok(tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?)
}

/// Sends the node's log to stderr, filtered by `VIMANA_LOG` (the syntax of
/// `tracing-subscriber`'s `EnvFilter`), `info` by default.
fn logging() {
    use tracing_subscriber::EnvFilter;

    let filter = EnvFilter::try_from_env("VIMANA_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(anstream::AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never)
        .init();
}
