//! Tells what would change on the node
//!
//! Changes nothing. With `--detailed-exitcode` it exits with 2 where there are
//! changes.

use std::path::PathBuf;

use vimana_reconciler::{Plan, PlanOptions, render};

use crate::arguments::{Format, Global, Revision};
use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    revision: Revision,

    /// Saves the plan, for `vimana show` and `vimana apply`
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Exits with 2 where there are changes
    #[arg(long)]
    detailed_exitcode: bool,

    /// How to print the plan
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,

    #[command(flatten)]
    pub(crate) guards: Guards,
}

/// What a plan refuses unless it is told otherwise.
#[derive(Clone, clap::Args)]
pub(crate) struct Guards {
    /// Lets a repository that compiles to nothing delete everything
    #[arg(long)]
    allow_empty: bool,
}

impl Guards {
    pub(crate) fn options(&self) -> PlanOptions {
        PlanOptions {
            allow_empty: self.allow_empty,
        }
    }
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let repository = Repository::find()?.cached();
    let source = repository.source(arguments.revision.rev.as_deref())?;
    let desired = repository.desired(source.as_ref(), output)?;
    let plan = super::runtime()?.block_on(async {
        let engine = workflow::connect(&repository, Some(&desired.settings), global).await?;
        workflow::make_plan(&desired, &engine, &arguments.guards.options()).await
    })?;
    print(&plan, arguments.output, output)?;
    if let Some(file) = &arguments.out {
        plan.save(file)
            .map_err(|error| CommandError::from_error(Code::Failed, &error))?;
        output.note(format_args!(
            "saved; apply it with `vimana apply {}`",
            file.display()
        ));
    }
    Ok(if arguments.detailed_exitcode && !plan.is_empty() {
        Code::Changes
    } else {
        Code::Success
    })
}

/// Prints a plan to stdout.
pub(crate) fn print(plan: &Plan, format: Format, output: &Output) -> Result<(), CommandError> {
    output.data(match format {
        Format::Text => render::text::render(plan, &workflow::palette(output)),
        Format::Json => render::json::render(plan),
    })?;
    Ok(())
}
