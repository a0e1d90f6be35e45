//! The config repository that a command works on.

use std::path::{Path, PathBuf};

use vimana_compiler::cache::InMemory;
use vimana_compiler::diagnostic::render::text::Style;
use vimana_compiler::diagnostic::{Diagnostic, Severity, SourceFiles, render};
use vimana_compiler::source::{GitRevision, RepoPath, Source, SourceError, WorkTree};
use vimana_compiler::{Checked, Compilation, Desired, Findings, Hooks, Options, Settings};

use crate::cache::DiskCache;
use crate::command_error::{Code, CommandError};
use crate::endpoint;
use crate::output::{CompileProgress, Output};

/// The file that marks the root of a config repository.
const MARK: &str = "vimana.toml";

/// A config repository on this machine.
pub(crate) struct Repository {
    root: PathBuf,
    /// What was compiled before; none for commands that compile nothing.
    cache: Option<Kept>,
}

/// Where it is kept what was compiled.
enum Kept {
    /// For later commands, too.
    OnDisk(DiskCache),
    /// For the other compilations of this command.
    InMemory(InMemory),
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
            .map(|root| Self { root: root.to_owned(), cache: None })
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

    /// The same, which keeps what is compiled for the next time.
    pub(crate) fn cached(self) -> Self {
        Self {
            cache: DiskCache::open(&self.root).map(Kept::OnDisk),
            ..self
        }
    }

    /// The same, which keeps nothing for the next time: only what it compiles
    /// twice itself.
    pub(crate) fn cached_in_memory(self) -> Self {
        Self {
            cache: Some(Kept::InMemory(InMemory::new())),
            ..self
        }
    }

    fn disk_cache(&self) -> Option<&DiskCache> {
        match &self.cache {
            Some(Kept::OnDisk(cache)) => Some(cache),
            Some(Kept::InMemory(_)) | None => None,
        }
    }

    /// The folder of `vimana.toml`.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The files, of the work tree or of a git revision.
    pub(crate) fn source(&self, rev: Option<&str>) -> Result<Box<dyn Source>, CommandError> {
        let source: Result<Box<dyn Source>, _> = match rev {
            None => WorkTree::open(&self.root).map(|tree| Box::new(self.remembering(tree)) as _),
            Some(rev) => GitRevision::open(&self.root, rev).map(|tree| Box::new(tree) as _),
        };
        source.map_err(|error| match error {
            // What git says of it names the parts of libgit2.
            SourceError::Revision { .. } => CommandError::new(Code::Failed, error.to_string())
                .with_help(
                    "name a commit, a branch or a tag; `git log --oneline --all` shows them",
                ),
            error => CommandError::from_error(Code::Failed, &error),
        })
    }

    fn remembering(&self, tree: WorkTree) -> WorkTree {
        // What git tracks there came with the repository, from whoever wrote it.
        let folder = RepoPath::new(endpoint::FOLDER);
        if let (Some(cache), Ok(folder)) = (self.disk_cache(), folder)
            && tree.is_tracked(&folder)
        {
            cache.distrust();
        }
        match self.disk_cache().and_then(DiskCache::remembered) {
            Some((known, now)) => tree.remembering(known, now),
            None => tree,
        }
    }

    /// Compiles `source`, which is one of this repository, and tells a person who
    /// watches how far it is.
    pub(crate) fn compile(&self, source: &dyn Source, output: &Output) -> Compilation {
        self.with_hooks(source, output, |hooks| {
            vimana_compiler::compile_with(source, &Options::default(), hooks)
        })
    }

    /// What there is to say about `source`, likewise.
    pub(crate) fn check(&self, source: &dyn Source, output: &Output) -> Findings {
        self.with_hooks(source, output, |hooks| {
            vimana_compiler::check_with(source, &Options::default(), hooks)
        })
    }

    fn with_hooks<T>(
        &self,
        source: &dyn Source,
        output: &Output,
        work: impl FnOnce(&Hooks<'_>) -> T,
    ) -> T {
        let progress = CompileProgress::begin(output);
        let observer = |told| progress.tell(told);
        let hooks = Hooks {
            cache: self.cache.as_ref().map(|kept| match kept {
                Kept::OnDisk(cache) => cache as _,
                Kept::InMemory(cache) => cache as _,
            }),
            observer: Some(&observer),
        };
        let done = work(&hooks);
        if let Some(cache) = self.disk_cache() {
            if let Some(remembered) = source.remembered() {
                cache.remember(&remembered);
            }
            cache.tidy();
        }
        done
    }

    /// Compiles and tells what was found; an error where the configuration is
    /// invalid.
    pub(crate) fn desired(
        &self,
        source: &dyn Source,
        output: &Output,
    ) -> Result<Checked<Desired>, CommandError> {
        let compilation = self.compile(source, output);
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

    /// Reads `vimana.toml` alone, for commands that do not compile.
    pub(crate) fn settings(&self, output: &Output) -> Result<Settings, CommandError> {
        let source = self.source(None)?;
        let read = vimana_compiler::read_settings(source.as_ref());
        report(&read.diagnostics, &read.files, output);
        read.settings
            .ok_or_else(|| CommandError::new(Code::Invalid, format!("`{MARK}` is invalid")))
    }
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
