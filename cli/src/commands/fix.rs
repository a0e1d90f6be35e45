//! Applies the fixes that findings carry
//!
//! Compiles the repository, applies the first fix of each finding, and does so
//! again until none is left; then tells what remains, as `check` does. A safe fix
//! keeps what the configuration means, or there is only one thing that it can
//! have meant; `--unsafe-fixes` also applies those that are only the likeliest.
//!
//! Exits with 1 where errors remain, and with `--diff` where there is a fix.

use std::fmt::Write as _;

use vimana_compiler::diagnostic::render::{self, text::Style};
use vimana_compiler::diagnostic::{Diagnostic, Safety, Selection};
use vimana_compiler::rules::Rule;
use vimana_compiler::{Fixed, Mended, Options};

use crate::command_error::{Code, CommandError};
use crate::diff;
use crate::output::Output;
use crate::repository::{Repository, errors, plural};
use crate::rewrite::rewrite;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Also applies fixes that are only the likeliest of several
    #[arg(long)]
    unsafe_fixes: bool,

    /// Prints what would change, and changes nothing
    #[arg(long)]
    diff: bool,

    /// Applies the fixes of this rule alone, as in `VM0045`; may be given several times
    #[arg(long = "rule", value_name = "CODE", value_parser = code)]
    rules: Vec<&'static str>,
}

fn code(text: &str) -> Result<&'static str, String> {
    Rule::find(text)
        .map(Rule::code)
        .ok_or_else(|| "there is no such rule".to_owned())
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    let repository = Repository::find()?;
    let source = repository.source(None)?;
    let selection = Selection {
        unsafe_fixes: arguments.unsafe_fixes,
        rules: arguments.rules.clone(),
    };
    let mended = vimana_compiler::mend(source.as_ref(), &Options::default(), &selection);
    if !mended.is_settled {
        output.note("the fixes come to no end: some undo others");
    }
    if arguments.diff {
        return show(&mended, output);
    }

    let mut failed = 0;
    for (path, change) in &mended.changes {
        if let Err(error) = rewrite(repository.root(), path, &change.before, &change.after) {
            CommandError::from_error(Code::Failed, &error).report(output);
            failed += 1;
        }
    }
    for fixed in &mended.fixed {
        output.data(line("fixed", fixed))?;
    }
    let compilation = &mended.compilation;
    let style = Style {
        color: output.stdout_color(),
        width: output.width(),
    };
    output.data(render::text::render(
        &compilation.diagnostics,
        &compilation.files,
        style,
    ))?;
    output.data(summary("fixed", &mended))?;
    Ok(if failed > 0 {
        Code::Failed
    } else if compilation.has_errors() {
        Code::Invalid
    } else {
        Code::Success
    })
}

fn show(mended: &Mended, output: &Output) -> Result<Code, CommandError> {
    for (path, change) in &mended.changes {
        let (before, after) = (&change.before, &change.after);
        let color = output.stdout_color();
        output.data(diff::unified(path.as_str(), before, after, color))?;
    }
    for fixed in &mended.fixed {
        output.note(line("would fix", fixed).trim_end());
    }
    output.note(summary("would be fixed", mended).trim_end());
    Ok(if mended.changes.is_empty() {
        Code::Success
    } else {
        Code::Invalid
    })
}

/// `fixed VM0045 at a/b.proto:3:1: add the import`.
fn line(done: &str, fixed: &Fixed) -> String {
    let mut line = format!("{done} {}", fixed.diagnostic.code);
    if let Some(span) = fixed.diagnostic.primary() {
        let _ = write!(line, " at {}", span.file);
        if let Some(place) = fixed.place {
            let _ = write!(line, ":{}:{}", place.line, place.column);
        }
    }
    let _ = writeln!(line, ": {}", fixed.title);
    line
}

/// `2 findings fixed in 1 file; 1 error and 2 warnings remain`.
fn summary(done: &str, mended: &Mended) -> String {
    let diagnostics = &mended.compilation.diagnostics;
    let errors = errors(diagnostics);
    let warnings = diagnostics.len() - errors;
    let (fixed, files) = (mended.fixed.len(), mended.changes.len());
    let mut text = format!(
        "{fixed} finding{} {done} in {files} file{}; {errors} error{} and {warnings} warning{} remain\n",
        plural(fixed),
        plural(files),
        plural(errors),
        plural(warnings),
    );
    if let Some(fixable) = fixable(diagnostics) {
        text.push_str(&fixable);
    }
    text
}

/// How many of the findings can be fixed and how, where any can.
pub(crate) fn fixable(diagnostics: &[Diagnostic]) -> Option<String> {
    let count = |safety| {
        diagnostics
            .iter()
            .filter(|found| found.fixes.first().is_some_and(|fix| fix.safety == safety))
            .count()
    };
    let command = "`vimana fix --unsafe-fixes`";
    match (count(Safety::Safe), count(Safety::Unsafe)) {
        (0, 0) => None,
        (0, likely) => Some(format!("{likely} fixable with {command}\n")),
        (safe, 0) => Some(format!("{safe} fixable with `vimana fix`\n")),
        (safe, likely) => Some(format!(
            "{safe} fixable with `vimana fix`, {likely} more with {command}\n"
        )),
    }
}
