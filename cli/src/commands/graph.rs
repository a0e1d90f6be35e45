//! Draws what the repository compiles to
//!
//! Needs no cluster.

use clap::ValueEnum;
use vimana_compiler::graph::render;

use crate::arguments::Revision;
use crate::command_error::{Code, CommandError};
use crate::output::Output;
use crate::repository::Repository;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    revision: Revision,

    /// The language to draw in
    #[arg(short, long, value_enum, default_value_t)]
    output: Language,
}

/// A language for graphs.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Language {
    /// Graphviz: `vimana graph | dot -Tsvg`
    #[default]
    Dot,
    /// Mermaid, which GitHub and GitLab draw in Markdown
    Mermaid,
    /// For programs; see `schemas/`
    Json,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let repository = Repository::find()?.cached();
    let source = repository.source(arguments.revision.rev.as_deref())?;
    let desired = repository.desired(source.as_ref(), output)?;
    output.data(match arguments.output {
        Language::Dot => render::dot::render(&desired.graph),
        Language::Mermaid => render::mermaid::render(&desired.graph),
        Language::Json => render::json::render(&desired.graph),
    })?;
    Ok(Code::Success)
}
