//! Makes the node equal to the repository, or executes a saved plan
//!
//! Without FILE it plans, shows the plan and, on a terminal, asks. A saved plan
//! whose parent generation has passed is refused with code 4. Ctrl-C once finishes
//! the steps in hand and releases the lease; twice aborts.

use std::path::{Path, PathBuf};

use vimana_reconciler::{Cancel, Plan, cancellation};

use crate::arguments::{Format, Global, Revision};
use crate::command_error::{Code, CommandError};
use crate::commands::plan::{self, Guards};
use crate::commands::signals::Signals;
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow::{self, FreshApply, RepositoryComponents};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What `vimana plan --out FILE` has written
    #[arg(value_name = "FILE", conflicts_with = "rev")]
    file: Option<PathBuf>,

    #[command(flatten)]
    revision: Revision,

    /// Applies without asking
    #[arg(long)]
    yes: bool,

    #[command(flatten)]
    guards: Guards,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let repository = Repository::find()?.cached();
    super::runtime()?.block_on(async {
        match &arguments.file {
            Some(file) => saved(file, &repository, global, output).await,
            None => fresh(arguments, &repository, global, output).await,
        }
    })
}

async fn fresh(
    arguments: &Arguments,
    repository: &Repository,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let source = repository.source(arguments.revision.rev.as_deref())?;
    let desired = repository.desired(source.as_ref(), output)?;
    let engine = workflow::connect(repository, Some(&desired.settings), global).await?;
    let options = arguments.guards.options();
    let plan = workflow::make_plan(&desired, &engine, &options).await?;
    plan::print(&plan, Format::Text, output)?;
    if plan.is_empty() {
        return Ok(Code::Success);
    }
    let is_agreed_on = !arguments.yes && workflow::asks(output);
    if is_agreed_on && !workflow::confirm(output)? {
        output.note("nothing was applied");
        return Ok(Code::Refused);
    }
    let components = RepositoryComponents::of(source, &desired);
    let review = |plan: &Plan| {
        plan::print(plan, Format::Text, output)?;
        if is_agreed_on && !plan.is_empty() {
            let message = "the node has moved on, and the plan is not the one that you agreed to";
            return Err(CommandError::new(Code::Refused, message)
                .with_help("read the new plan above, and type the same again"));
        }
        Ok(())
    };
    let apply = FreshApply {
        desired: &desired,
        engine: &engine,
        components: &components,
        options: &options,
        output,
        cancel: &cancelled_by_signals()?,
        review: &review,
    };
    let report = apply.run(plan).await?;
    workflow::finish(&report, output)
}

async fn saved(
    file: &Path,
    repository: &Repository,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    let plan = Plan::load(file).map_err(|error| CommandError::from_error(Code::Failed, &error))?;
    let settings = repository.settings(output)?;
    let engine = workflow::connect(repository, Some(&settings), global).await?;
    // The plan may have been made from a commit that is no longer checked out.
    let mut sources = vec![repository.source(None)?];
    sources.extend(
        plan.commit
            .as_deref()
            .and_then(|commit| repository.source(Some(commit)).ok()),
    );
    let components = RepositoryComponents::search(sources);
    let cancel = cancelled_by_signals()?;
    let report = workflow::run(&plan, &engine, &components, output, &cancel)
        .await
        .map_err(|error| workflow::execute_error(&error))?;
    workflow::finish(&report, output)
}

/// Each SIGINT or SIGTERM cancels once more. Until then, the first one ends the
/// process as it ends any: nothing has been applied.
fn cancelled_by_signals() -> Result<Cancel, CommandError> {
    let mut signals = Signals::listen()?;
    let (canceller, cancel) = cancellation();
    tokio::spawn(async move {
        loop {
            signals.next().await;
            canceller.cancel();
        }
    });
    Ok(cancel)
}
