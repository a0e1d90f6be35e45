//! The config repository that a command works on.

use std::path::{Path, PathBuf};

use vimana_compiler::diagnostic::render::text::Style;
use vimana_compiler::diagnostic::{Diagnostic, Severity, SourceFiles, render};
use vimana_compiler::source::{GitRevision, Source, WorkTree};
use vimana_compiler::{Checked, Desired, Options, Settings};

use crate::command_error::{Code, CommandError};
use crate::output::Output;

/// The file that marks the root of a config repository.
const MARK: &str = "vimana.toml";

/// A config repository on this machine.
pub(crate) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository that holds the working folder.
    pub(crate) fn find() -> Result<Self, CommandError> {
        Self::around(Path::new("."))
    }

    /// The repository that holds `folder`: it, or the nearest folder above it, has
    /// a `vimana.toml`.
    pub(crate) fn around(folder: &Path) -> Result<Self, CommandError> {
        let folder = folder.canonicalize().map_err(|error| {
            CommandError::new(
                Code::Failed,
                format!("cannot open the folder `{}`: {error}", folder.display()),
            )
        })?;
        folder
            .ancestors()
            .find(|ancestor| ancestor.join(MARK).is_file())
            .map(|root| Self { root: root.to_owned() })
            .ok_or_else(|| {
                CommandError::new(
                    Code::Failed,
                    format!(
                        "`{}` is in no config repository: neither it nor a folder above it has a `{MARK}`",
                        folder.display()
                    ),
                )
                .with_help(format!(
                    "change to one, name one with `-C DIR`, or write a `{MARK}`:\n\n  [workspace]\n  name = \"acme\"\n  domain = \"example.com\""
                ))
            })
    }

    /// The folder of `vimana.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The files, of the work tree or of a git revision.
    pub(crate) fn source(&self, rev: Option<&str>) -> Result<Box<dyn Source>, CommandError> {
        let source: Result<Box<dyn Source>, _> = match rev {
            None => WorkTree::open(&self.root).map(|tree| Box::new(tree) as _),
            Some(rev) => GitRevision::open(&self.root, rev).map(|tree| Box::new(tree) as _),
        };
        source.map_err(|error| CommandError::from_error(Code::Failed, &error))
    }

    /// Reads `vimana.toml` alone, for commands that do not compile.
    pub(crate) fn settings(&self, output: &Output) -> Result<Settings, CommandError> {
        let source = self.source(None)?;
        let read = vimana_compiler::read_settings(source.as_ref());
        report(&read.diagnostics, &read.files, output);
        read.settings
            .ok_or_else(|| CommandError::new(Code::Invalid, format!("`{MARK}` is invalid")))
    }
}

/// Compiles and tells what was found; an error where the configuration is
/// invalid.
pub(crate) fn desired(
    source: &dyn Source,
    output: &Output,
) -> Result<Checked<Desired>, CommandError> {
    let compilation = vimana_compiler::compile(source, &Options::default());
    report(&compilation.diagnostics, &compilation.files, output);
    compilation.checked().map_err(|compilation| {
        let errors = errors(&compilation.diagnostics);
        CommandError::new(
            Code::Invalid,
            format!(
                "the configuration is invalid: {errors} error{}",
                plural(errors)
            ),
        )
    })
}

/// Tells what a compilation found, on stderr.
pub(crate) fn report(diagnostics: &[Diagnostic], files: &SourceFiles, output: &Output) {
    if diagnostics.is_empty() {
        return;
    }
    let style = Style {
        color: output.stderr_color(),
        width: output.width(),
    };
    let text = render::text::render(diagnostics, files, style);
    output.note(text.trim_end());
}

/// How many of the findings are errors.
pub(crate) fn errors(diagnostics: &[Diagnostic]) -> usize {
    diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error)
        .count()
}

/// The `s` of a plural.
pub(crate) const fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
