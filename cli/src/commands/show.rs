//! Prints a plan that was saved
//!
//! Needs no cluster and no repository.

use std::path::PathBuf;

use vimana_reconciler::Plan;

use crate::arguments::Format;
use crate::command_error::{Code, CommandError};
use crate::output::Output;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What `vimana plan --out FILE` has written
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// How to print the plan
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let plan = Plan::load(&arguments.file)
        .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    super::plan::print(&plan, arguments.output, output)?;
    Ok(Code::Success)
}
