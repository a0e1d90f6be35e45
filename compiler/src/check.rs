//! The findings of a compilation, without what it compiles to.
//!
//! Of a folder that has not changed it takes what [`unit::facts`] keep, and nothing
//! else: neither interfaces nor resources. What only shows between folders is told
//! here where it takes no more than the facts, and where that is not so, everything
//! is compiled. Either way the findings are those of [`compile_with`].
//!
//! [`compile_with`]: crate::compile_with

use std::collections::{BTreeSet, HashSet};

use sha2::{Digest as _, Sha256};
use vimana_proto::state::v1::{self, spec};
use vimana_proto::{Address, Kind};

use crate::cache::{Cache, Pages, Units};
use crate::compile::{Commits, Compiling, Hooks, Options, exceeded, settings_path};
use crate::desired::Compilation;
use crate::diagnostic::{Diagnostic, Severity, SourceFiles};
use crate::discovery::{Folder, discover};
use crate::graph::{Graph, GraphBuilder, Origin};
use crate::policy::Silencers;
use crate::protobuf::Protos;
use crate::rules::invalid_graph;
use crate::services::{check_claims, check_domains};
use crate::source::{Metered, RepoPath, Source};
use crate::unit;
use crate::unit::facts::{self, ServiceFacts};

/// What there is to say about a repository.
#[derive(Debug)]
pub struct Findings {
    /// Every finding, sorted by place.
    pub diagnostics: Vec<Diagnostic>,
    /// The texts that the findings point into.
    pub files: SourceFiles,
    /// How many services there are.
    pub services: usize,
    /// How many vpods there are.
    pub vpods: usize,
}

impl Findings {
    /// Whether any finding is an error.
    pub fn has_errors(&self) -> bool {
        let mut all = self.diagnostics.iter();
        all.any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

impl From<Compilation> for Findings {
    fn from(compilation: Compilation) -> Self {
        Self {
            services: count(compilation.graph(), Kind::Service),
            vpods: count(compilation.graph(), Kind::VPod),
            diagnostics: compilation.diagnostics,
            files: compilation.files,
        }
    }
}

fn count(graph: &Graph, kind: Kind) -> usize {
    graph.nodes_of(kind).count()
}

/// Tells all that is wrong with a config repository, as compiling it does.
pub fn check_with(source: &dyn Source, options: &Options, hooks: &Hooks<'_>) -> Findings {
    let mut listed = Vec::new();
    let found = discover(source, options, &mut listed);
    if let Some(cache) = hooks.cache {
        let metered = Metered::within(source, options);
        let compiling = Compiling::begin(&metered, options, &found, listed.clone());
        let findings = findings(compiling, cache, hooks);
        if let Some(compilation) = exceeded(&metered) {
            return compilation.into();
        }
        if let Some(findings) = findings {
            return findings;
        }
    }
    let metered = Metered::within(source, options);
    let compiling = Compiling::begin(&metered, options, &found, listed);
    let compilation = compiling.all(hooks, Commits::Untold);
    exceeded(&metered).unwrap_or(compilation).into()
}

/// The findings, where they follow from the facts of each folder.
fn findings(
    mut compiling: Compiling<'_>,
    cache: &dyn Cache,
    hooks: &Hooks<'_>,
) -> Option<Findings> {
    let found = compiling.found;
    let folders: Vec<_> = found.folders.iter().collect();
    let units = compiling.units(cache);
    let pages = pages(&compiling, &units, &folders, hooks);

    let mut silencers = Silencers::default();
    let mut told = Vec::new();
    let mut services = Vec::with_capacity(folders.len());
    for bytes in pages.facts() {
        let mut facts = facts::decode(bytes?)?;
        facts.tell(&mut told, &mut silencers)?;
        services.extend(facts.service);
    }
    if !are_apart(&services) {
        return None;
    }
    tell_conflicts(&services, &units, &mut told)?;
    tell_domains(&services, &compiling, &mut told)?;
    compiling.out.append(&mut told);

    let mut builder = compiling.begin_graph();
    add_domains(&services, &compiling, &mut builder);
    compiling.add_vpods(&mut builder);
    let finished = compiling.finish(silencers, builder);
    let findings = Findings {
        diagnostics: finished.diagnostics,
        files: finished.files,
        services: services.len(),
        vpods: count(&finished.graph, Kind::VPod),
    };
    let mut codes = findings.diagnostics.iter().map(|found| found.code);
    if codes.any(|code| code == invalid_graph::RULE.code) {
        return None;
    }
    // Where there is an error, nobody asks whether resources fit together.
    (findings.has_errors() || have_all(&services, &finished.graph)).then_some(findings)
}

/// The facts of all folders, of which those are made that are not kept.
fn pages<'p>(
    compiling: &Compiling<'_>,
    units: &'p Units<'p>,
    folders: &[(&RepoPath, &Folder)],
    hooks: &Hooks<'_>,
) -> Pages<'p> {
    let mut pages = Pages::load(units, folders);
    let missing = pages.missing();
    let changed: Vec<_> = missing.iter().map(|index| folders[*index]).collect();
    let protos = Protos::new(compiling.options);
    let maker = compiling.maker(&protos);
    let mut missing = missing.into_iter();
    unit::each(&maker, &changed, units, hooks, folders.len(), |unit| {
        if let Some(index) = missing.next() {
            pages.take(index, unit);
        }
    });
    pages.store();
    pages
}

/// Whether each service has its name and its id to itself, and needs no other.
fn are_apart(services: &[ServiceFacts<'_>]) -> bool {
    let mut names = HashSet::with_capacity(services.len());
    let mut ids = HashSet::with_capacity(services.len());
    services.iter().all(|service| {
        service.outward.is_some() && names.insert(service.name) && ids.insert(service.id)
    })
}

/// Tells which HTTP rules match the same requests, unless it is known that none do.
fn tell_conflicts(
    services: &[ServiceFacts<'_>],
    units: &Units<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<()> {
    if services.len() < 2 {
        return Some(());
    }
    let mut sum = Sha256::new();
    for service in services {
        sum.update((service.domain.len() as u64).to_le_bytes());
        sum.update(service.domain);
        sum.update(service.claimed);
    }
    let sum = sum.finalize();
    if units.has_agreed(&sum) {
        return Some(());
    }
    let claims = services.iter().map(ServiceFacts::claims);
    let claims = claims.collect::<Option<Vec<_>>>()?;
    let domains = services.iter().map(|service| service.domain);
    let before = out.len();
    check_claims(domains.zip(claims.iter().map(Vec::as_slice)), out);
    if out.len() == before {
        units.agree(&sum);
    }
    Some(())
}

/// Reports what the settings say of domains that does not suit their services.
fn tell_domains(
    services: &[ServiceFacts<'_>],
    compiling: &Compiling<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<()> {
    if compiling.settings.domains.is_empty() {
        return Some(());
    }
    let claims = services.iter().map(ServiceFacts::claims);
    let claims = claims.collect::<Option<Vec<_>>>()?;
    let domains = services.iter().map(|service| service.domain);
    let services: Vec<_> = domains.zip(claims.iter().map(Vec::as_slice)).collect();
    check_domains(&services, &compiling.settings, &compiling.places, out);
    Some(())
}

/// Adds the domains of all services that say where theirs is.
fn add_domains(services: &[ServiceFacts<'_>], compiling: &Compiling<'_>, graph: &mut GraphBuilder) {
    let canonical = compiling.settings.workspace.domain.as_deref();
    let canonical = canonical.filter(|_| compiling.domain().is_some());
    let domains: BTreeSet<&str> = services
        .iter()
        .filter(|service| service.says_domain || canonical == Some(service.domain))
        .map(|service| service.domain)
        .collect();
    for name in domains {
        let domain = v1::Domain {
            name: name.to_owned(),
            ..v1::Domain::default()
        };
        // Where exactly it is written is for who shows the graph.
        graph.add(spec::Kind::Domain(domain), Origin::file(settings_path()));
    }
}

/// Whether all is there that the services refer to beside themselves.
fn have_all(services: &[ServiceFacts<'_>], graph: &Graph) -> bool {
    let mut known = HashSet::new();
    let outward = services.iter().flat_map(|service| &service.outward);
    outward.flatten().all(|text| {
        let is_there = || {
            let address = text.parse::<Address>();
            address.is_ok_and(|address| graph.node(&address).is_some())
        };
        known.contains(text) || (is_there() && known.insert(text))
    })
}
