use std::collections::BTreeSet;
use std::sync::Arc;

use vimana_compiler::Desired;
use vimana_proto::Kind;
use vimana_proto::state::v1::{Resource, Spec, spec};

/// What a config repository asks of one cluster.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DesiredState {
    /// The workspace that owns the resources.
    pub workspace: String,
    /// The commit that was compiled, in hexadecimal; `None` for a work tree
    /// that is in no commit.
    pub commit: Option<String>,
    /// The resources, in any order. Shared, since a plan keeps those that
    /// it puts.
    pub resources: Vec<Arc<Resource>>,
}

impl DesiredState {
    /// The state that consists of `resources`, without those that are never
    /// applied to a node.
    #[must_use]
    pub fn new(
        workspace: impl Into<String>,
        commit: Option<String>,
        resources: impl IntoIterator<Item = Resource>,
    ) -> Self {
        let is_applied = |resource: &Resource| {
            resource
                .spec
                .as_ref()
                .and_then(Spec::resource_kind)
                .is_none_or(Kind::is_applied)
        };
        Self {
            workspace: workspace.into(),
            commit,
            resources: resources
                .into_iter()
                .filter(is_applied)
                .map(Arc::new)
                .collect(),
        }
    }

    /// What `desired` asks of `cluster`: [`Self::on`] of all its resources.
    #[must_use]
    pub fn of(desired: &Desired, cluster: &str) -> Self {
        let workspace = desired.workspace.clone();
        Self::new(workspace, desired.commit.clone(), desired.resources()).on(cluster)
    }

    /// The part that belongs on `cluster`: without the services that are placed
    /// elsewhere, what depends on them, and what only they need.
    #[must_use]
    pub fn on(mut self, cluster: &str) -> Self {
        let mut gone: BTreeSet<String> = self
            .resources
            .iter()
            .filter(|resource| is_elsewhere(resource, cluster))
            .map(|resource| resource.address.clone())
            .collect();
        if gone.is_empty() {
            return self;
        }
        // A chain of dependencies is as long as there are kinds.
        for _ in Kind::ALL {
            let dependents = self
                .resources
                .iter()
                .filter(|resource| resource.dependencies.iter().any(|need| gone.contains(need)))
                .map(|resource| resource.address.clone());
            let dependents: Vec<_> = dependents.collect();
            gone.extend(dependents);
        }
        let (dropped, kept): (Vec<_>, Vec<_>) = self
            .resources
            .into_iter()
            .partition(|resource| gone.contains(&resource.address));
        self.resources = without_orphans(&dropped, kept);
        self
    }
}

/// Whether a resource is a service that is placed, but not on `cluster`.
fn is_elsewhere(resource: &Resource, cluster: &str) -> bool {
    let Some(spec::Kind::Service(service)) = resource.spec.as_ref().and_then(|s| s.kind.as_ref())
    else {
        return false;
    };
    service.placement.as_ref().is_some_and(|placement| {
        !placement.clusters.is_empty() && !placement.clusters.iter().any(|name| name == cluster)
    })
}

/// `kept` without what only `dropped` needed.
fn without_orphans(dropped: &[Arc<Resource>], mut kept: Vec<Arc<Resource>>) -> Vec<Arc<Resource>> {
    let needs = |resources: &[Arc<Resource>]| -> BTreeSet<String> {
        resources
            .iter()
            .flat_map(|resource| resource.dependencies.iter().cloned())
            .collect()
    };
    let mut was_needed = needs(dropped);
    loop {
        let still_needed = needs(&kept);
        let (stays, goes): (Vec<_>, Vec<_>) = kept.into_iter().partition(|resource| {
            !was_needed.contains(&resource.address) || still_needed.contains(&resource.address)
        });
        kept = stays;
        if goes.is_empty() {
            return kept;
        }
        was_needed.extend(needs(&goes));
    }
}
