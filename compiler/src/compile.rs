use std::collections::{BTreeMap, HashMap};

use vimana_proto::state::v1::{self, spec, variable};

use crate::cache::{Cache, Units};
use crate::desired::Compilation;
use crate::diagnostic::{self, Diagnostic, Severity, SourceFiles, Span};
use crate::discovery::{Discovered, SETTINGS, discover};
use crate::graph::{Graph, GraphBuilder, Origin};
use crate::join::join;
use crate::policy::{self, Silencers};
use crate::protobuf::Protos;
use crate::rules::{
    invalid_graph, missing_settings, no_domain, too_many, undeclared_variable, unknown_region,
};
use crate::settings::{self, Cluster, Places, Settings, VariableSource};
use crate::source::{MAX_FILE_BYTES, Metered, RepoPath, Source};
use crate::texts::Texts;
use crate::unit::{self, Maker};
use crate::vpods::{self, Program};

/// What bounds a compilation.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// How many files a repository may have.
    pub max_files: usize,
    /// How many bytes one text file may have.
    pub max_text_bytes: u64,
    /// How many bytes one component, or one program of a vpod, may have.
    pub max_component_bytes: u64,
    /// How many bytes all text files may have together.
    pub max_total_text_bytes: u64,
    /// How many bytes all components may have together.
    pub max_total_component_bytes: u64,
    /// How many `.proto` files one definition may import, itself included.
    pub max_imports: usize,
    /// How many findings of one rule are told.
    pub max_findings_per_rule: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_files: 50_000,
            max_text_bytes: 4 << 20,
            max_component_bytes: MAX_FILE_BYTES,
            max_total_text_bytes: 256 << 20,
            max_total_component_bytes: 8 << 30,
            max_imports: 1_000,
            max_findings_per_rule: 1_000,
        }
    }
}

/// What a compilation may use and whom it tells, none of which changes what comes
/// out.
#[derive(Clone, Copy, Default)]
pub struct Hooks<'a> {
    /// What was compiled before.
    pub cache: Option<&'a dyn Cache>,
    /// Is told from time to time how far the compilation is.
    pub observer: Option<&'a (dyn Fn(Progress) + Sync)>,
}

/// How far a compilation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many folders are compiled.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

impl Hooks<'_> {
    pub(crate) fn tell(&self, progress: Progress) {
        if let Some(observer) = self.observer {
            observer(progress);
        }
    }
}

/// Compiles a config repository. Never stops at the first error.
pub fn compile(source: &dyn Source, options: &Options) -> Compilation {
    compile_with(source, options, &Hooks::default())
}

/// The same, with a cache and an observer.
pub fn compile_with(source: &dyn Source, options: &Options, hooks: &Hooks<'_>) -> Compilation {
    let metered = Metered::within(source, options);
    let compilation = compile_metered(&metered, options, hooks);
    exceeded(&metered).unwrap_or(compilation)
}

/// What there is to say where more was asked for than may be read: what was
/// compiled of it depends on what was read first.
pub(crate) fn exceeded(source: &Metered<'_>) -> Option<Compilation> {
    let (what, limit) = source.exceeded()?;
    Some(Compilation {
        commit: source.commit().map(ToOwned::to_owned),
        ..Compilation::failed(too_many::bytes(what, limit))
    })
}

fn compile_metered(source: &dyn Source, options: &Options, hooks: &Hooks<'_>) -> Compilation {
    let mut out = Vec::new();
    let found = discover(source, options, &mut out);
    let compiling = Compiling::begin(source, options, &found, out);
    compiling.all(hooks, Commits::Told)
}

/// Whether resources say in which commit they are, which takes a look at each file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Commits {
    Told,
    /// Nobody asks.
    Untold,
}

/// A compilation whose settings are read, and nothing else.
pub(crate) struct Compiling<'a> {
    pub(crate) source: &'a dyn Source,
    pub(crate) options: &'a Options,
    pub(crate) found: &'a Discovered,
    pub(crate) texts: Texts<'a>,
    pub(crate) settings: Settings,
    pub(crate) places: Places,
    pub(crate) out: Vec<Diagnostic>,
}

/// What findings come with.
pub(crate) struct Finished {
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) files: SourceFiles,
    pub(crate) graph: Graph,
}

impl<'a> Compiling<'a> {
    pub(crate) fn begin(
        source: &'a dyn Source,
        options: &'a Options,
        found: &'a Discovered,
        mut out: Vec<Diagnostic>,
    ) -> Self {
        let mut texts = Texts::listing(source, options, &found.files);
        let (settings, places) = load_settings(found, &mut texts, &mut out);
        Self {
            source,
            options,
            found,
            texts,
            settings,
            places,
            out,
        }
    }

    /// What is kept in `cache` of it.
    pub(crate) fn units<'u>(&self, cache: &'u dyn Cache) -> Units<'u>
    where
        'a: 'u,
    {
        Units::new(
            cache,
            self.source,
            &self.found.files,
            self.options,
            &self.settings,
        )
    }

    /// Makes units, with what `protos` knows.
    pub(crate) fn maker<'m>(&'m self, protos: &'m Protos<'m>) -> Maker<'m> {
        Maker {
            source: self.source,
            options: self.options,
            settings: &self.settings,
            listed: &self.found.files,
            protos,
        }
    }

    /// Compiles everything.
    pub(crate) fn all(mut self, hooks: &Hooks<'_>, commits: Commits) -> Compilation {
        let folders: Vec<_> = self.found.folders.iter().collect();
        let made = {
            let units = hooks.cache.map(|cache| self.units(cache));
            let protos = Protos::new(self.options);
            unit::all(&self.maker(&protos), &folders, units.as_ref(), hooks)
        };
        let mut builder = self.begin_graph();
        let domain = self.domain();
        let mut joined = join(
            made,
            &self.settings,
            &self.places,
            domain.as_ref(),
            &mut builder,
            &mut self.out,
        );
        let programs = self.add_vpods(&mut builder);
        if commits == Commits::Told {
            set_commits(self.source, &mut builder);
        }
        let (source, settings) = (self.source, self.settings.clone());
        let has_settings = self.found.settings.is_some();
        let finished = self.finish(std::mem::take(&mut joined.silencers), builder);
        Compilation {
            diagnostics: finished.diagnostics,
            files: finished.files,
            settings: has_settings.then_some(settings),
            graph: finished.graph,
            commit: source.commit().map(ToOwned::to_owned),
            components: joined.components,
            programs,
        }
    }

    /// A graph of what the settings declare.
    pub(crate) fn begin_graph(&self) -> GraphBuilder {
        let mut builder = GraphBuilder::new();
        add_settings(&self.settings, &self.places, &self.texts, &mut builder);
        builder
    }

    /// Where the settings say the canonical domain.
    pub(crate) fn domain(&self) -> Option<Origin> {
        let range = self.places.domain.as_ref()?;
        let span = Span::new(settings_path(), range.clone());
        Some(self.texts.origin(&span))
    }

    /// Adds the sessions of all files. Returns the programs of their vpods.
    pub(crate) fn add_vpods(&mut self, builder: &mut GraphBuilder) -> BTreeMap<RepoPath, Program> {
        let mut sessions = Vec::new();
        for file in &self.found.vpods {
            if let Some(text) = self.texts.read(file, &mut self.out) {
                sessions.push((file, text));
            }
        }
        let sessions = sessions
            .into_iter()
            .flat_map(|(file, text)| vpods::read(file, &text, &mut self.out))
            .collect();
        vpods::add(
            sessions,
            &self.found.scripts,
            &mut self.texts,
            self.options,
            builder,
            &mut self.out,
        )
    }

    /// Brings all that was found in its last form, `silencers` being those of the
    /// folders.
    pub(crate) fn finish(self, mut silencers: Silencers, builder: GraphBuilder) -> Finished {
        let mut out = self.out;
        drop_consequences(&mut out);
        silencers.extend(self.texts.silencers());
        policy::apply(&mut out, &silencers, &self.settings.levels);
        let graph = finish(builder, &mut out);
        diagnostic::sort(&mut out);
        diagnostic::limit(&mut out, self.options.max_findings_per_rule);
        let mut files = self.texts.into_files();
        show(self.source, self.options, &out, &mut files);
        Finished {
            diagnostics: out,
            files,
            graph,
        }
    }
}

/// Says of each resource in which commit it is, where its file is in it as it is.
fn set_commits(source: &dyn Source, builder: &mut GraphBuilder) {
    let Some(commit) = source.commit() else {
        return;
    };
    let mut known: HashMap<RepoPath, bool> = HashMap::new();
    for node in builder.nodes_mut() {
        let origin = &mut node.origin;
        let is_modified = if let Some(is_modified) = known.get(&origin.file) {
            *is_modified
        } else {
            let is_modified = source.is_modified(&origin.file);
            known.insert(origin.file.clone(), is_modified);
            is_modified
        };
        origin.commit = (!is_modified).then(|| commit.to_owned());
    }
}

/// Reads the files that findings point into and that nobody keeps.
fn show(source: &dyn Source, options: &Options, found: &[Diagnostic], files: &mut SourceFiles) {
    for finding in found {
        let labels = finding.labels.iter().map(|label| &label.span);
        let edits = finding.fixes.iter().flat_map(|fix| &fix.edits);
        for span in labels.chain(edits.map(|edit| &edit.span)) {
            if files.get(&span.file).is_some() {
                continue;
            }
            if let Ok(bytes) = source.read(&span.file)
                && bytes.len() as u64 <= options.max_text_bytes
            {
                files.insert(span.file.clone(), &bytes);
            }
        }
    }
}

/// The settings of a repository, and what there is to say about them.
#[derive(Debug)]
pub struct SettingsRead {
    /// The settings; `None` where any of the findings is an error.
    pub settings: Option<Settings>,
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The text that the findings point into.
    pub files: SourceFiles,
}

/// Reads `vimana.toml` alone, for who needs to know the clusters and nothing else.
pub fn read_settings(source: &dyn Source) -> SettingsRead {
    let options = Options::default();
    let mut texts = Texts::new(source, &options);
    let mut out = Vec::new();
    let path = settings_path();
    let found = Discovered {
        settings: texts.exists(&path).then_some(path),
        ..Discovered::default()
    };
    let (settings, _) = load_settings(&found, &mut texts, &mut out);
    diagnostic::sort(&mut out);
    SettingsRead {
        settings: (!has_errors(&out)).then_some(settings),
        diagnostics: out,
        files: texts.into_files(),
    }
}

fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error)
}

pub(crate) fn settings_path() -> RepoPath {
    RepoPath::new(SETTINGS).expect("the name of the settings is a path within the root")
}

/// The settings, or the defaults where they cannot be read: what else is wrong
/// is still found.
fn load_settings(
    found: &Discovered,
    texts: &mut Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> (Settings, Places) {
    let Some(file) = &found.settings else {
        // What was not listed may well be there.
        if !found.is_cut {
            out.push(missing_settings::diagnostic());
        }
        return Default::default();
    };
    match texts.read(file, out) {
        Some(text) => settings::read(file, &text, out),
        None => Default::default(),
    }
}

/// Adds what `vimana.toml` declares.
fn add_settings(settings: &Settings, places: &Places, texts: &Texts<'_>, graph: &mut GraphBuilder) {
    let origin = |range: Option<&std::ops::Range<usize>>| match range {
        Some(range) => texts.origin(&Span::new(settings_path(), range.clone())),
        None => Origin::file(settings_path()),
    };
    for cluster in settings.clusters.values() {
        let origin: Origin = origin(places.clusters.get(&cluster.name));
        graph.add(spec::Kind::Cluster(cluster_resource(cluster)), origin);
    }
    for variable in settings.variables.values() {
        let source = match &variable.source {
            VariableSource::Env(name) => variable::Source::Env(name.clone()),
            VariableSource::File(path) => variable::Source::File(path.clone()),
        };
        graph.add(
            spec::Kind::Variable(v1::Variable {
                name: variable.name.clone(),
                source: Some(source),
                secret: variable.secret,
            }),
            origin(places.variables.get(&variable.name)),
        );
    }
}

fn cluster_resource(cluster: &Cluster) -> v1::Cluster {
    v1::Cluster {
        name: cluster.name.clone(),
        engine: cluster.engine.as_str().to_owned(),
        endpoint: cluster.endpoint.clone(),
        region: cluster.region.to_string(),
        also: cluster.also.iter().map(ToString::to_string).collect(),
        cost: cluster.cost.to_string(),
    }
}

/// Leaves out what is said for want of a setting where `vimana.toml` is wrong or
/// missing: once it is mended, the setting may be there.
fn drop_consequences(out: &mut Vec<Diagnostic>) {
    let is_about_settings = |found: &Diagnostic| {
        let primary = found.primary();
        found.code == missing_settings::RULE.code
            || primary.is_some_and(|span| span.file.as_str() == SETTINGS)
    };
    let is_wrong = out
        .iter()
        .any(|found| found.severity == Severity::Error && is_about_settings(found));
    if is_wrong {
        let consequences = [
            no_domain::RULE,
            undeclared_variable::RULE,
            unknown_region::RULE,
        ];
        out.retain(|found| consequences.iter().all(|rule| rule.code != found.code));
    }
}

/// The graph. What does not fit together is mostly the consequence of another
/// error, and is reported where there is none.
fn finish(builder: GraphBuilder, out: &mut Vec<Diagnostic>) -> Graph {
    let (graph, errors) = builder.finish();
    if !has_errors(out) {
        out.extend(errors.iter().map(invalid_graph::diagnostic));
    }
    graph
}
