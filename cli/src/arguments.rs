//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};

use crate::commands::Command;

/// A declarative config compiler and GitOps reconciler for WebAssembly services.
#[derive(Parser)]
#[command(
    name = "vimana",
    version,
    about,
    propagate_version = true,
    max_term_width = 100
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) global: Global,

    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What every command takes.
#[derive(Args)]
pub(crate) struct Global {
    /// Runs as if started in DIR, a config repository or a folder below one
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub(crate) directory: Option<PathBuf>,

    /// The control API, instead of the one that the repository names
    #[arg(long, value_name = "URL", env = "VIMANA_ENDPOINT", global = true)]
    pub(crate) endpoint: Option<String>,

    /// A file that holds the token of the control API
    #[arg(long, value_name = "FILE", env = "VIMANA_TOKEN_FILE", global = true)]
    pub(crate) token_file: Option<PathBuf>,

    /// When to colour what is printed
    #[arg(long, value_enum, default_value_t = Color::Auto, global = true)]
    pub(crate) color: Color,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Also in a pipe
    Always,
    /// Not at all
    Never,
}

/// How to print what can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; see `schemas/`
    Json,
}

/// Which state of the repository to read.
#[derive(Args)]
pub(crate) struct Revision {
    /// Reads the repository at this git revision instead of the work tree
    #[arg(long, value_name = "REV")]
    pub(crate) rev: Option<String>,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn no_command_takes_an_argument_that_has_the_name_of_a_global_one() {
        // clap would give both the same value.
        let command = Arguments::command();
        let globals: Vec<_> = command
            .get_arguments()
            .filter(|argument| argument.is_global_set())
            .map(clap::Arg::get_id)
            .collect();
        for subcommand in command.get_subcommands() {
            for argument in subcommand.get_arguments() {
                assert!(
                    !globals.contains(&argument.get_id()),
                    "`{}` of `{}`",
                    argument.get_id(),
                    subcommand.get_name()
                );
            }
        }
    }
}
