use std::collections::BTreeSet;

use vimana_proto::config::v1::service::Placement;

use crate::diagnostic::Diagnostic;
use crate::rules::{failover_to_nowhere, nearest, unknown_region};
use crate::service_config::ServiceConfig;
use crate::settings::{Cluster, Region, Selector, Settings};

/// Where a service runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub(crate) is_regional: bool,
    /// The selectors, in their order.
    pub(crate) regions: Vec<String>,
    pub(crate) failover: bool,
    /// The names of the clusters that are admitted, sorted.
    pub(crate) clusters: Vec<String>,
}

/// The clusters that a service's configuration admits. A selector that selects
/// none is reported.
pub(crate) fn place(
    config: &ServiceConfig,
    settings: &Settings,
    out: &mut Vec<Diagnostic>,
) -> Placed {
    let Some(Placement::Regional(regional)) = &config.message().placement else {
        return Placed {
            is_regional: false,
            regions: Vec::new(),
            failover: false,
            clusters: settings.clusters.keys().cloned().collect(),
        };
    };
    let selectors: Vec<_> = config
        .regions()
        .iter()
        .map(|region| &region.selector)
        .collect();
    let mut has_unknown = false;
    for region in config.regions() {
        if !settings
            .clusters
            .values()
            .any(|cluster| is_in(cluster, &region.selector))
        {
            out.push(unknown(region, settings));
            has_unknown = true;
        }
    }
    if regional.failover && !has_unknown {
        let known = settings.clusters.values().flat_map(regions);
        let matched: BTreeSet<_> = known
            .filter(|region| selectors.iter().any(|selector| selector.matches(region)))
            .collect();
        if let (1, Some(only)) = (matched.len(), matched.first()) {
            let span = config.span("regional.failover");
            out.push(failover_to_nowhere::diagnostic(span, &only.to_string()));
        }
    }
    Placed {
        is_regional: true,
        regions: selectors.iter().map(ToString::to_string).collect(),
        failover: regional.failover,
        clusters: settings
            .clusters
            .values()
            .filter(|cluster| selectors.iter().any(|selector| is_in(cluster, selector)))
            .map(|cluster| cluster.name.clone())
            .collect(),
    }
}

fn is_in(cluster: &Cluster, selector: &Selector) -> bool {
    regions(cluster).any(|region| selector.matches(region))
}

fn regions(cluster: &Cluster) -> impl Iterator<Item = &Region> {
    std::iter::once(&cluster.region).chain(&cluster.also)
}

fn unknown(region: &crate::service_config::Region, settings: &Settings) -> Diagnostic {
    let mut known: Vec<_> = settings.clusters.values().flat_map(regions).collect();
    known.sort();
    known.dedup();
    let selector = region.selector.to_string();
    // What is offered has the form of what was written.
    let candidates: Vec<_> = known
        .iter()
        .map(|known| {
            if selector.starts_with('/') {
                format!("/{}", known.name())
            } else {
                known.to_string()
            }
        })
        .collect();
    let names: Vec<_> = known.iter().map(ToString::to_string).collect();
    unknown_region::diagnostic(
        region.span.clone(),
        &selector,
        nearest(&selector, candidates.iter().map(String::as_str)),
        &names,
    )
}
