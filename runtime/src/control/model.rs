//! What the store holds, in memory and in the types that are served.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use vimana_proto::{Address, Digest, Kind, ServiceName, VersionName};

use super::checked::{Checked, RouteParts, ServiceParts, VersionParts};
use crate::descriptors::SharedFiles;
use crate::snapshot::{
    InterfaceEntry, ServiceEntry, Snapshot, VariableSource, Variables, VersionEntry,
};

/// Follows the store step by step, so that a step costs what its own service
/// costs and no more.
#[derive(Debug, Default)]
pub(super) struct Model {
    number: u64,
    parts: BTreeMap<ServiceName, Parts>,
    services: BTreeMap<ServiceName, Arc<ServiceEntry>>,
    /// The domains that describe their services, with the workspaces that say so.
    describing: BTreeSet<(String, String)>,
    /// The same domains, each once.
    described: Arc<BTreeSet<String>>,
    /// Where the values of variables are.
    variables: Arc<Variables>,
    /// What definitions have in common.
    files: SharedFiles,
    /// The digests of what is published, by workspace and address.
    digests: BTreeMap<(String, Address), Digest>,
}

/// What is known of one service, complete or not.
#[derive(Debug, Default)]
struct Parts {
    workspace: String,
    service: Option<Box<ServiceParts>>,
    interfaces: BTreeMap<semver::Version, Arc<InterfaceEntry>>,
    versions: BTreeMap<semver::Version, Arc<VersionEntry>>,
    route: Option<RouteParts>,
}

impl Parts {
    fn is_empty(&self) -> bool {
        self.service.is_none()
            && self.interfaces.is_empty()
            && self.versions.is_empty()
            && self.route.is_none()
    }

    fn entry(&self, name: &ServiceName) -> Option<ServiceEntry> {
        let service = self.service.as_ref()?;
        let is_known = |version: &semver::Version| self.versions.contains_key(version);
        let route = self.route.as_ref();
        let targets = route.map_or(&[][..], |route| &route.targets);
        let shadows = route.map_or(&[][..], |route| &route.shadows);
        Some(ServiceEntry {
            name: name.clone(),
            workspace: self.workspace.clone(),
            limits: service.limits,
            cors: service.cors.clone(),
            outbound_hosts: Arc::clone(&service.outbound_hosts),
            requests_per_instance: service.requests_per_instance,
            json: service.json,
            versions: self.versions.clone(),
            targets: targets
                .iter()
                .filter(|target| is_known(&target.version))
                .cloned()
                .collect(),
            sticky: route.and_then(|route| route.sticky.clone()),
            shadows: shadows
                .iter()
                .filter(|version| is_known(version))
                .cloned()
                .collect(),
            auth: service.auth.clone(),
        })
    }
}

/// A resource with what it became.
#[derive(Debug, Clone)]
pub(super) enum Part {
    Variable {
        name: String,
        source: VariableSource,
    },
    Domain {
        name: String,
        is_described: bool,
    },
    Interface(Arc<InterfaceEntry>),
    Service(Box<ServiceParts>),
    Version(Arc<VersionEntry>),
    Route(RouteParts),
}

impl Model {
    /// The interface of a version, where it is the one that the node has.
    pub(super) fn interface(&self, version: &VersionParts) -> Option<Arc<InterfaceEntry>> {
        self.parts
            .get(&version.name.service)?
            .interfaces
            .get(&version.name.version)
            .filter(|interface| interface.digest == version.interface)
            .cloned()
    }

    /// The same part with what it has in common with others. To be asked before it is
    /// put or given to others.
    pub(super) fn share(&mut self, part: Part) -> Part {
        let Part::Interface(interface) = part else {
            return part;
        };
        let interface = Arc::unwrap_or_clone(interface);
        let descriptors = self.files.share(&interface.descriptors);
        Part::Interface(Arc::new(InterfaceEntry {
            descriptors,
            ..interface
        }))
    }

    /// Puts a resource. Answers whether what is served changed.
    pub(super) fn put(
        &mut self,
        workspace: &str,
        address: Address,
        digest: Digest,
        part: Part,
    ) -> bool {
        self.digests.insert((workspace.to_owned(), address), digest);
        let service = match &part {
            Part::Variable { name, source } => {
                let key = (workspace.to_owned(), name.clone());
                let variables = Arc::make_mut(&mut self.variables);
                return variables.insert(key, source.clone()).as_ref() != Some(source);
            }
            Part::Domain { name, is_described } => {
                return self.describe(workspace, name.clone(), *is_described);
            }
            Part::Interface(interface) => interface.name.service.clone(),
            Part::Version(version) => version.name.service.clone(),
            Part::Service(service) => service.name.clone(),
            Part::Route(route) => route.service.clone(),
        };
        let parts = self.parts.entry(service.clone()).or_default();
        workspace.clone_into(&mut parts.workspace);
        match part {
            Part::Variable { .. } | Part::Domain { .. } => {}
            Part::Interface(interface) => {
                // A version keeps the interface that it was prepared with.
                let version = interface.name.version.clone();
                parts.interfaces.insert(version, interface);
                return false;
            }
            Part::Service(service) => parts.service = Some(service),
            Part::Version(version) => {
                parts.versions.insert(version.name.version.clone(), version);
            }
            Part::Route(route) => parts.route = Some(route),
        }
        self.refresh(&service);
        true
    }

    /// Deletes a resource. Answers whether what is served changed.
    pub(super) fn delete(&mut self, workspace: &str, address: &Address) -> bool {
        self.digests
            .remove(&(workspace.to_owned(), address.clone()));
        if address.kind() == Kind::Domain {
            return self.describe(workspace, address.name().to_owned(), false);
        }
        if address.kind() == Kind::Variable {
            let key = (workspace.to_owned(), address.name().to_owned());
            return Arc::make_mut(&mut self.variables).remove(&key).is_some();
        }
        let Some((service, version)) = served_name(address) else {
            return false;
        };
        let Some(parts) = self.parts.get_mut(&service) else {
            return false;
        };
        match (address.kind(), version) {
            (Kind::Interface, Some(version)) => drop(parts.interfaces.remove(&version)),
            (Kind::Version, Some(version)) => drop(parts.versions.remove(&version)),
            (Kind::Route, _) => parts.route = None,
            _ => parts.service = None,
        }
        self.refresh(&service);
        true
    }

    /// The digest that is published for a resource.
    pub(super) fn digest(&self, workspace: &str, address: &Address) -> Option<Digest> {
        self.digests
            .get(&(workspace.to_owned(), address.clone()))
            .copied()
    }

    /// Whether this version, with this digest, is published.
    pub(super) fn holds(&self, version: &VersionEntry) -> bool {
        self.services
            .get(&version.name.service)
            .and_then(|service| service.versions.get(&version.name.version))
            .is_some_and(|published| published.digest == version.digest)
    }

    /// The next snapshot.
    pub(super) fn snapshot(&mut self) -> Arc<Snapshot> {
        self.number += 1;
        Arc::new(Snapshot {
            number: self.number,
            services: self.services.clone(),
            described: Arc::clone(&self.described),
            variables: Arc::clone(&self.variables),
        })
    }

    /// Notes whether a domain describes its services. Answers whether that changed.
    fn describe(&mut self, workspace: &str, domain: String, is_described: bool) -> bool {
        let key = (domain, workspace.to_owned());
        let is_changed = if is_described {
            self.describing.insert(key)
        } else {
            self.describing.remove(&key)
        };
        if is_changed {
            let domains = self.describing.iter().map(|(domain, _)| domain.clone());
            self.described = Arc::new(domains.collect());
        }
        is_changed
    }

    fn refresh(&mut self, service: &ServiceName) {
        let Some(parts) = self.parts.get(service) else {
            return;
        };
        match parts.entry(service) {
            Some(entry) => self.services.insert(service.clone(), Arc::new(entry)),
            None => self.services.remove(service),
        };
        if parts.is_empty() {
            self.parts.remove(service);
        }
    }
}

/// The service, and the version where there is one, that an address speaks of.
fn served_name(address: &Address) -> Option<(ServiceName, Option<semver::Version>)> {
    match address.kind() {
        Kind::Interface | Kind::Version => {
            let name: VersionName = address.name().parse().ok()?;
            Some((name.service, Some(name.version)))
        }
        Kind::Service | Kind::Route => Some((address.name().parse().ok()?, None)),
        Kind::Cluster | Kind::Domain | Kind::Variable | Kind::Session | Kind::VPod => None,
    }
}

/// A version with its interface and its file.
pub(super) fn version_entry(
    workspace: String,
    version: VersionParts,
    interface: Arc<InterfaceEntry>,
    component_file: PathBuf,
) -> Arc<VersionEntry> {
    Arc::new(VersionEntry {
        workspace,
        name: version.name,
        digest: version.digest,
        component: version.component,
        component_file,
        interface,
        otlp: version.otlp,
    })
}

impl Part {
    /// The part that a checked resource is, where it is no version.
    pub(super) fn of(checked: Checked) -> Result<Self, Box<VersionParts>> {
        Ok(match checked {
            Checked::Variable { name, source } => Self::Variable { name, source },
            Checked::Domain { name, is_described } => Self::Domain { name, is_described },
            Checked::Interface(interface) => Self::Interface(Arc::new(interface)),
            Checked::Service(service) => Self::Service(service),
            Checked::Route(route) => Self::Route(route),
            Checked::Version(version) => return Err(version),
        })
    }
}
