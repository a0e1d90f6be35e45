//! What the folders of a repository say together.

use std::collections::{BTreeMap, HashSet};

use vimana_proto::state::v1::{self, spec};
use vimana_proto::{Address, Digest, Kind};

use crate::desired::ComponentFile;
use crate::diagnostic::Diagnostic;
use crate::graph::{EdgeKind, GraphBuilder, Origin};
use crate::policy::Silencers;
use crate::services::{check_claims, check_domains, check_identities};
use crate::settings::{Places, Settings};
use crate::unit::{ServiceUnit, Unit};

/// What units have besides resources and findings.
pub(crate) struct Joined {
    pub(crate) silencers: Silencers,
    pub(crate) components: BTreeMap<Digest, ComponentFile>,
}

/// Puts the services together that are theirs alone, and checks what only shows
/// where all of them are known. `domain` is where the settings say the canonical
/// domain.
pub(crate) fn join(
    units: Vec<Unit>,
    settings: &Settings,
    places: &Places,
    domain: Option<&Origin>,
    graph: &mut GraphBuilder,
    out: &mut Vec<Diagnostic>,
) -> Joined {
    let mut silencers = Silencers::default();
    let mut services = Vec::with_capacity(units.len());
    for unit in units {
        out.extend(unit.found);
        silencers.extend(unit.silencers);
        services.extend(unit.service);
    }
    let services = check_identities(services, out);
    let claims = services.iter();
    check_claims(
        claims.map(|service| (service.name.domain(), service.claims.as_slice())),
        out,
    );
    let claims = services.iter();
    let claims: Vec<_> = claims
        .map(|service| (service.name.domain(), service.claims.as_slice()))
        .collect();
    check_domains(&claims, settings, places, out);
    add_domains(&services, settings, domain, graph);

    let mut components = BTreeMap::new();
    let mut calls = Vec::new();
    for service in services {
        graph.append(service.graph);
        calls.extend(service.calls);
        for (digest, file) in service.components {
            components.entry(digest).or_insert(file);
        }
    }
    add_calls(calls, graph);
    Joined {
        silencers,
        components,
    }
}

fn add_domains(
    services: &[ServiceUnit],
    settings: &Settings,
    canonical: Option<&Origin>,
    graph: &mut GraphBuilder,
) {
    let mut domains: BTreeMap<&str, &Origin> = BTreeMap::new();
    for service in services {
        let name = service.name.domain();
        let is_canonical = settings.workspace.domain.as_deref() == Some(name);
        let origin = canonical
            .filter(|_| is_canonical)
            .or(service.domain.as_ref());
        if let Some(origin) = origin {
            domains.entry(name).or_insert(origin);
        }
    }
    for (name, origin) in domains {
        let domain = v1::Domain {
            name: name.to_owned(),
            openapi: settings
                .domains
                .get(name)
                .is_some_and(|domain| domain.openapi),
        };
        graph.add(spec::Kind::Domain(domain), origin.clone());
    }
}

/// Adds the calls of interfaces that are there: a definition that no version
/// implements has no resource.
fn add_calls(calls: Vec<(Address, Address)>, graph: &mut GraphBuilder) {
    if calls.is_empty() {
        return;
    }
    let interfaces: HashSet<Address> = graph
        .nodes_mut()
        .filter(|node| node.address.kind() == Kind::Interface)
        .map(|node| node.address.clone())
        .collect();
    for (version, interface) in calls {
        if interfaces.contains(&interface) {
            graph.edge(&version, &interface, EdgeKind::Calls);
        }
    }
}
