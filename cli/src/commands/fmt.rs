//! Puts `.txtpb` files and `vpods.yml` into the one style
//!
//! Comments, the order of fields and what is written stay; see the reference for
//! the style. Without PATH, all files of the repository are formatted. A file
//! with syntax errors is reported and left as it is.
//!
//! `-` formats standard input to standard output, for editors.

mod files;
mod stdin;

use std::fmt::Write as _;
use std::path::PathBuf;

use vimana_compiler::diagnostic::{Selection, SourceFiles};
use vimana_compiler::format::{FormatError, Language, format_file};
use vimana_compiler::rules::Rule;
use vimana_compiler::source::{RepoPath, Source};
use vimana_compiler::{Change, Options};

use crate::command_error::{Code, CommandError};
use crate::diff;
use crate::output::Output;
use crate::repository::{self, Repository, plural};
use crate::rewrite::rewrite;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Files, and folders to look for files in; `-` for standard input
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Changes nothing: prints what would change, and exits with 1 where anything would
    #[arg(long)]
    check: bool,

    /// Also adds the import of `vimana/options.proto` to `.proto` files that lack it
    #[arg(long)]
    fix: bool,

    /// The name of the file that standard input holds
    #[arg(long, value_name = "FILE", default_value = "service.txtpb")]
    stdin_filename: String,
}

/// The rule whose fix `--fix` applies.
const MISSING_OPTIONS: &str = "VM0045";

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Code, CommandError> {
    if arguments.paths.iter().any(|path| path.as_os_str() == "-") {
        return stdin::run(arguments, output);
    }
    let repository = Repository::find()?;
    let source = repository.source(None)?;
    let targets = files::targets(
        &repository,
        source.as_ref(),
        &arguments.paths,
        arguments.fix,
    )?;

    let mut tally = Tally::default();
    if arguments.fix {
        for (path, change) in imports(source.as_ref(), &targets) {
            tally.change(&repository, &path, &change, arguments, output)?;
        }
    }
    for path in &targets {
        let Some(language) = Language::of(path) else {
            continue;
        };
        let mut files = SourceFiles::new();
        let options = Options::default();
        match format_file(source.as_ref(), path, language, &options, &mut files) {
            Ok(formatted) if formatted.is_changed() => {
                let change = Change {
                    before: formatted.before,
                    after: formatted.after,
                };
                tally.change(&repository, path, &change, arguments, output)?;
            }
            Ok(_) => tally.unchanged += 1,
            Err(FormatError::Invalid(found)) => {
                repository::report(&found, &files, output);
                tally.invalid += 1;
            }
            Err(error) => {
                output.note(format_args!("`{path}` is left as it is: {error}"));
                tally.refused += 1;
            }
        }
    }
    output.note(tally.summary(arguments.check));
    Ok(tally.code(arguments.check))
}

/// The imports that are missing in the files among `targets`.
fn imports(source: &dyn Source, targets: &[RepoPath]) -> Vec<(RepoPath, Change)> {
    let selection = Selection {
        unsafe_fixes: false,
        rules: Rule::find(MISSING_OPTIONS)
            .map(Rule::code)
            .into_iter()
            .collect(),
    };
    vimana_compiler::mend(source, &Options::default(), &selection)
        .changes
        .into_iter()
        .filter(|(path, _)| targets.contains(path))
        .collect()
}

/// What became of the files.
#[derive(Default)]
struct Tally {
    changed: usize,
    unchanged: usize,
    invalid: usize,
    refused: usize,
}

impl Tally {
    fn change(
        &mut self,
        repository: &Repository,
        path: &RepoPath,
        change: &Change,
        arguments: &Arguments,
        output: &Output,
    ) -> Result<(), CommandError> {
        let Change { before, after } = change;
        if arguments.check {
            output.note(format_args!("would change {path}"));
            let color = output.stdout_color();
            output.data(diff::unified(path.as_str(), before, after, color))?;
            self.changed += 1;
            return Ok(());
        }
        match rewrite(repository.root(), path, before, after) {
            Ok(()) => {
                output.note(format_args!("changed {path}"));
                self.changed += 1;
            }
            Err(error) => {
                CommandError::from_error(Code::Failed, &error).report(output);
                self.refused += 1;
            }
        }
        Ok(())
    }

    /// `2 files changed, 3 unchanged, 1 invalid`.
    fn summary(&self, check: bool) -> String {
        let mut summary = format!(
            "{} file{} {}, {} unchanged",
            self.changed,
            plural(self.changed),
            if check { "would change" } else { "changed" },
            self.unchanged
        );
        for (count, what) in [(self.invalid, "invalid"), (self.refused, "left alone")] {
            if count > 0 {
                let _ = write!(summary, ", {count} {what}");
            }
        }
        summary
    }

    const fn code(&self, check: bool) -> Code {
        if self.refused > 0 {
            Code::Failed
        } else if self.invalid > 0 || (check && self.changed > 0) {
            Code::Invalid
        } else {
            Code::Success
        }
    }
}
