//! Compiles the repository and tells everything that is wrong with it
//!
//! Needs no cluster. Exits with 1 where there is an error, and with 0 where there
//! are warnings alone.

use vimana_compiler::diagnostic::render::{self, text::Style};
use vimana_compiler::{Compilation, Options};
use vimana_proto::Kind;

use crate::arguments::{Format, Revision};
use crate::command_error::{Code, CommandError};
use crate::commands::fix;
use crate::output::Output;
use crate::repository::{Repository, errors, plural};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    revision: Revision,

    /// How to print the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let repository = Repository::find()?;
    let source = repository.source(arguments.revision.rev.as_deref())?;
    let compilation = vimana_compiler::compile(source.as_ref(), &Options::default());
    match arguments.output {
        Format::Text => {
            let style = Style {
                color: output.stdout_color(),
                width: output.width(),
            };
            output.data(render::text::render(
                &compilation.diagnostics,
                &compilation.files,
                style,
            ))?;
            output.data(summary(&compilation))?;
            if let Some(fixable) = fix::fixable(&compilation.diagnostics) {
                output.data(fixable)?;
            }
        }
        Format::Json => output.data(render::json::render(
            &compilation.diagnostics,
            &compilation.files,
        ))?,
    }
    Ok(if compilation.has_errors() {
        Code::Invalid
    } else {
        Code::Success
    })
}

/// `4 services, 4 vpods: 1 error, 2 warnings`.
fn summary(compilation: &Compilation) -> String {
    let of_kind = |kind| {
        compilation
            .graph()
            .nodes()
            .filter(|node| node.address.kind() == kind)
            .count()
    };
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", plural(count));
    let errors = errors(&compilation.diagnostics);
    let warnings = compilation.diagnostics.len() - errors;
    format!(
        "{}, {}: {}, {}\n",
        counted(of_kind(Kind::Service), "service"),
        counted(of_kind(Kind::VPod), "vpod"),
        counted(errors, "error"),
        counted(warnings, "warning"),
    )
}
