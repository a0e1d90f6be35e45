use std::collections::BTreeMap;
use std::ops::Deref;

use vimana_proto::Digest;
use vimana_proto::state::v1::Resource;

use crate::diagnostic::{self, Diagnostic, Severity, SourceFiles};
use crate::graph::Graph;
use crate::settings::Settings;
use crate::source::RepoPath;
use crate::vpods::program::Program;

/// What a config repository asks for.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The workspace that owns what is applied.
    pub workspace: String,
    /// Every resource.
    pub graph: Graph,
    /// The commit that was compiled; `None` outside of version control.
    pub commit: Option<String>,
    /// The components that versions name, by the digest of their adapted bytes.
    pub components: BTreeMap<Digest, ComponentFile>,
    /// The settings of the repository.
    pub settings: Settings,
}

impl Desired {
    /// Every resource that can be applied to a node, sorted by address, with
    /// its origin and dependencies.
    pub fn resources(&self) -> Vec<Resource> {
        self.graph.resources()
    }
}

/// A component in a config repository. To upload it, read the file through the
/// source that was compiled and pass it through [`vimana_interface::adapt`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComponentFile {
    /// The file.
    pub path: RepoPath,
    /// The size in bytes, adapted.
    pub size: u64,
}

/// What has passed every check: only [`Compilation::checked`] makes one.
#[derive(Debug, Clone)]
pub struct Checked<T>(T);

impl<T> Checked<T> {
    /// What was checked.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Checked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What compiling a repository gives: as much of the desired state as could be
/// made, and everything that there is to say about it.
#[derive(Debug)]
pub struct Compilation {
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into.
    pub files: SourceFiles,
    /// The settings; `None` where `vimana.toml` is missing or cannot be read.
    pub settings: Option<Settings>,
    pub(crate) graph: Graph,
    pub(crate) commit: Option<String>,
    pub(crate) components: BTreeMap<Digest, ComponentFile>,
    /// The programs of vpods, by file, as far as they can be read.
    pub(crate) programs: BTreeMap<RepoPath, Program>,
}

impl Compilation {
    /// Nothing but this finding.
    pub(crate) fn failed(finding: Diagnostic) -> Self {
        Self {
            diagnostics: vec![finding],
            files: SourceFiles::new(),
            settings: None,
            graph: Graph::default(),
            commit: None,
            components: BTreeMap::new(),
            programs: BTreeMap::new(),
        }
    }

    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics
            .iter()
            .any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Takes in what a comparison with a base found.
    pub fn add(&mut self, diagnostics: Vec<Diagnostic>, files: SourceFiles) {
        self.diagnostics.extend(diagnostics);
        diagnostic::sort(&mut self.diagnostics);
        self.files.extend(files);
    }

    /// The graph; incomplete where there are errors.
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// The commit that was compiled.
    pub fn commit(&self) -> Option<&str> {
        self.commit.as_deref()
    }

    /// The desired state, or this compilation back where it has errors.
    #[allow(
        clippy::result_large_err,
        reason = "it is the value that came in, moved back out"
    )]
    pub fn checked(self) -> Result<Checked<Desired>, Self> {
        if self.has_errors() {
            return Err(self);
        }
        let Some(settings) = self.settings else {
            return Err(self);
        };
        Ok(Checked(Desired {
            workspace: settings.workspace.name.clone(),
            graph: self.graph,
            commit: self.commit,
            components: self.components,
            settings,
        }))
    }
}
