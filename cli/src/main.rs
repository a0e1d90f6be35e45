//! vimana: a declarative config compiler and GitOps reconciler for WebAssembly
//! services.
//!
//! The binary is thin: one command a file in `commands/`, each of which asks the
//! libraries and says what they answered. Data goes to stdout, all else to stderr.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod arguments;
mod cache;
mod call;
mod command_error;
mod commands;
mod diff;
mod duration;
mod endpoint;
mod nearest;
mod output;
mod repository;
mod rewrite;
mod workflow;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;
use crate::command_error::{Code, CommandError};
use crate::output::Output;

/// Compiling makes and drops many small things, which it is quicker at than the
/// system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return usage(&error),
    };
    let output = Output::new(arguments.global.color);
    // Every path of the command line is then relative to it.
    if let Some(directory) = &arguments.global.directory
        && let Err(error) = std::env::set_current_dir(directory)
    {
        let message = format!("cannot open the folder `{}`: {error}", directory.display());
        return CommandError::new(Code::Failed, message)
            .report(&output)
            .into();
    }
    match commands::run(&arguments, &output) {
        Ok(code) => code.into(),
        Err(error) => error.report(&output).into(),
    }
}

/// Help and version are data; a command line that cannot be understood is a
/// failure of the tool, not a finding about a configuration, so its code is 3
/// and not clap's 2, which `plan --detailed-exitcode` uses.
fn usage(error: &clap::Error) -> ExitCode {
    // Nobody is left to tell where even this cannot be written.
    let _ = error.print();
    if error.use_stderr() {
        Code::Failed.into()
    } else {
        Code::Success.into()
    }
}
