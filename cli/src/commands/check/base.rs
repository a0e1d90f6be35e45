//! What a check compares the repository with.

use vimana_compiler::Compilation;
use vimana_compiler::breaking::{Outcome, Report, State, compare};
use vimana_compiler::source::Source;
use vimana_reconciler::Live;

use crate::arguments::Global;
use crate::command_error::{Code, CommandError};
use crate::commands::runtime;
use crate::output::Output;
use crate::repository::Repository;
use crate::workflow;

/// What people call what is live.
const LIVE: &str = "live";

#[derive(clap::Args)]
pub(super) struct Base {
    /// Tells as well what breaks since this git revision
    #[arg(long, value_name = "REV", conflicts_with = "against_live")]
    base: Option<String>,

    /// Tells as well what breaks of what is live, and who calls it
    #[arg(long)]
    against_live: bool,
}

impl Base {
    /// Whether another state of the repository is compiled as well.
    pub(super) const fn is_compiled(&self) -> bool {
        self.base.is_some()
    }

    /// Whether anything is compared.
    pub(super) const fn is_asked_for(&self) -> bool {
        self.base.is_some() || self.against_live
    }

    /// Compares where that is asked for: adds the findings to those of the
    /// compilation of `source`, and returns the report.
    pub(super) fn compare(
        &self,
        repository: &Repository,
        compilation: &mut Compilation,
        source: &dyn Source,
        global: &Global,
        output: &Output,
    ) -> Result<Option<Report>, CommandError> {
        let outcome = match &self.base {
            Some(base) => with_revision(repository, compilation, source, base, output)?,
            None if self.against_live => with_live(repository, compilation, source, global)?,
            None => return Ok(None),
        };
        compilation.add(outcome.diagnostics, outcome.files);
        Ok(Some(outcome.report))
    }
}

fn with_revision(
    repository: &Repository,
    compilation: &Compilation,
    source: &dyn Source,
    base: &str,
    output: &Output,
) -> Result<Outcome, CommandError> {
    let base_source = repository.source(Some(base))?;
    let compiled = repository.compile(base_source.as_ref(), output);
    let base = State::compiled(base, &compiled, base_source.as_ref());
    let head = State::compiled("", compilation, source);
    Ok(compare(&base, &head))
}

fn with_live(
    repository: &Repository,
    compilation: &Compilation,
    source: &dyn Source,
    global: &Global,
) -> Result<Outcome, CommandError> {
    let settings = compilation.settings.as_ref();
    let workspace = settings.map(|settings| settings.workspace.name.clone());
    let workspace = workspace.ok_or_else(|| {
        CommandError::new(
            Code::Invalid,
            "`vimana.toml` names no workspace to look for",
        )
        .with_help("mend `vimana.toml`; `vimana check` tells what is wrong with it")
    })?;
    let live: Live = runtime()?.block_on(async {
        let engine = workflow::connect(repository, settings, global).await?;
        workflow::observe(&engine, &workspace).await
    })?;
    let base = State::live(LIVE, &live.resources);
    let head = State::compiled("", compilation, source);
    Ok(compare(&base, &head))
}
