//! Compiles the repository and tells everything that is wrong with it
//!
//! Needs no cluster, unless it compares with what is live. Exits with 1 where there
//! is an error, and with 0 where there are warnings alone.

mod base;
mod format;

use vimana_compiler::Findings;
use vimana_compiler::diagnostic::render::markdown::LEAST_BYTES;

use self::base::Base;
use self::format::Format;
use crate::arguments::{Global, Revision};
use crate::command_error::{Code, CommandError};
use crate::commands::fix;
use crate::output::{CompileProgress, Output};
use crate::repository::{Repository, errors, plural};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    revision: Revision,

    #[command(flatten)]
    base: Base,

    /// How to print the findings
    #[arg(short, long, value_enum, default_value_t)]
    output: Format,

    /// With `-o markdown`: the most bytes that it may take, from 4096. Details are
    /// left out for it, the least grave first, and never a count
    #[arg(long, value_name = "N")]
    max_bytes: Option<usize>,

    /// Compiles everything anew, and keeps nothing for the next time
    #[arg(long)]
    no_cache: bool,
}

pub(crate) fn run(
    arguments: &Arguments,
    global: &Global,
    output: &Output,
) -> Result<Code, CommandError> {
    check_limit(arguments)?;
    // Before anything that takes its time with a large repository.
    let progress = CompileProgress::begin(output);
    let repository = Repository::find()?;
    let repository = match (arguments.no_cache, arguments.base.is_compiled()) {
        (false, _) => repository.cached(),
        (true, true) => repository.cached_in_memory(),
        (true, false) => repository,
    };
    let source = repository.source(arguments.revision.rev.as_deref())?;
    let (findings, compared) = if arguments.base.is_asked_for() {
        let mut compilation = repository.compile(source.as_ref(), output);
        let compared = arguments.base.compare(
            &repository,
            &mut compilation,
            source.as_ref(),
            global,
            output,
        )?;
        (Findings::from(compilation), compared)
    } else {
        (repository.check(source.as_ref(), output), None)
    };
    drop(progress);
    format::print(
        arguments.output,
        &findings,
        compared.as_ref(),
        repository.root(),
        arguments.max_bytes,
        output,
    )?;
    if arguments.output == Format::Text {
        if let Some(report) = &compared {
            output.data(report.to_text())?;
        }
        output.data(summary(&findings))?;
        if let Some(fixable) = fix::fixable(&findings.diagnostics) {
            output.data(fixable)?;
        }
    }
    Ok(if findings.has_errors() {
        Code::Invalid
    } else {
        Code::Success
    })
}

/// Refuses a limit that nothing would keep.
fn check_limit(arguments: &Arguments) -> Result<(), CommandError> {
    let Some(limit) = arguments.max_bytes else {
        return Ok(());
    };
    let (message, help) = if arguments.output != Format::Markdown {
        let message = "`--max-bytes` is for Markdown alone".to_owned();
        (message, "add `-o markdown`".to_owned())
    } else if limit < LEAST_BYTES {
        let message = format!("`--max-bytes {limit}` is too little for the counts");
        (message, format!("give at least {LEAST_BYTES}"))
    } else {
        return Ok(());
    };
    Err(CommandError::new(Code::Failed, message).with_help(help))
}

/// `4 services, 4 vpods: 1 error, 2 warnings`.
fn summary(findings: &Findings) -> String {
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", plural(count));
    let errors = errors(&findings.diagnostics);
    let warnings = findings.diagnostics.len() - errors;
    format!(
        "{}, {}: {}, {}\n",
        counted(findings.services, "service"),
        counted(findings.vpods, "vpod"),
        counted(errors, "error"),
        counted(warnings, "warning"),
    )
}
