use std::collections::BTreeMap;

use vimana_proto::state::v1::{self, spec, variable};

use crate::desired::Compilation;
use crate::diagnostic::{self, Diagnostic, Severity, SourceFiles, Span};
use crate::discovery::{Discovered, SETTINGS, discover};
use crate::graph::{Graph, GraphBuilder, GraphError, Origin};
use crate::policy::{self, Silencers};
use crate::protobuf::Linker;
use crate::rules::{
    invalid_graph, missing_settings, no_domain, undeclared_variable, unknown_region,
};
use crate::services::{self, Resources, check_identities, check_overlaps};
use crate::settings::{self, Cluster, Places, Settings, VariableSource};
use crate::source::{MAX_FILE_BYTES, RepoPath, Source};
use crate::texts::Texts;
use crate::vpods;

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
    /// How many `.proto` files one definition may import, itself included.
    pub max_imports: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_files: 50_000,
            max_text_bytes: 4 << 20,
            max_component_bytes: MAX_FILE_BYTES,
            max_imports: 1_000,
        }
    }
}

/// Compiles a config repository. Never stops at the first error.
pub fn compile(source: &dyn Source, options: &Options) -> Compilation {
    let mut out = Vec::new();
    let mut builder = GraphBuilder::new();
    let mut components = BTreeMap::new();

    let mut found = discover(source, options, &mut out);
    let listed = std::mem::take(&mut found.files);
    let mut texts = Texts::new(source, options).listing(listed);
    let settings = load_settings(&found, &mut texts, &mut out);
    let services = read_services(&found, &settings.0, &mut texts, options, &mut out);
    let sessions = found
        .vpods
        .iter()
        .filter_map(|file| Some((file, texts.read(file, &mut out)?)))
        .collect::<Vec<_>>();
    let sessions = sessions
        .into_iter()
        .flat_map(|(file, text)| vpods::read(file, &text, &mut out))
        .collect();

    let (settings, places) = settings;
    add_settings(&settings, &places, &texts, &mut builder);
    Resources {
        settings: &settings,
        domain: places
            .domain
            .clone()
            .map(|range| Span::new(settings_path(), range)),
        texts: &texts,
        options,
        graph: &mut builder,
        components: &mut components,
        out: &mut out,
    }
    .add(&services);
    let programs = vpods::add(
        sessions,
        &found.scripts,
        &mut texts,
        options,
        &mut builder,
        &mut out,
    );

    drop_consequences(&mut out);
    policy::apply(&mut out, &Silencers::of(texts.files()), &settings.levels);
    let graph = finish(builder, &mut out);
    diagnostic::sort(&mut out);
    Compilation {
        diagnostics: out,
        files: texts.into_files(),
        settings: found.settings.is_some().then_some(settings),
        graph,
        commit: source.commit().map(ToOwned::to_owned),
        components,
        programs,
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

fn settings_path() -> RepoPath {
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
        out.push(missing_settings::diagnostic());
        return Default::default();
    };
    match texts.read(file, out) {
        Some(text) => settings::read(file, &text, out),
        None => Default::default(),
    }
}

fn read_services<'a>(
    found: &Discovered,
    settings: &Settings,
    texts: &mut Texts<'a>,
    options: &'a Options,
    out: &mut Vec<Diagnostic>,
) -> Vec<services::Service> {
    let mut linker = Linker::new(options);
    let read = found
        .folders
        .iter()
        .filter_map(|(path, folder)| {
            services::read(path, folder, settings, &mut linker, texts, out)
        })
        .collect();
    let services = check_identities(read, out);
    check_overlaps(&services, out);
    services
}

/// Adds what `vimana.toml` declares.
fn add_settings(settings: &Settings, places: &Places, texts: &Texts<'_>, graph: &mut GraphBuilder) {
    let origin = |range: Option<&std::ops::Range<usize>>| match range {
        Some(range) => texts.origin(&Span::new(settings_path(), range.clone())),
        None => texts.file_origin(&settings_path()),
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
        out.extend(errors.iter().map(graph_diagnostic));
    }
    graph
}

fn graph_diagnostic(error: &GraphError) -> Diagnostic {
    let origin = match error {
        GraphError::Duplicate { second, .. } => Some(second),
        GraphError::Dangling { origin, .. } => origin.as_ref(),
        GraphError::Cycle { origin, .. } => Some(origin),
    };
    let span = origin.map(|origin| Span::start_of(origin.file.clone()));
    invalid_graph::diagnostic(span, error.to_string())
}
