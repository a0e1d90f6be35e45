use std::collections::BTreeMap;
use std::fmt::Write as _;

use vimana_proto::state::v1::{self, Resource, Spec, spec};
use vimana_proto::{Digest, Kind};

use crate::desired::Compilation;
use crate::diagnostic::Severity;
use crate::graph::Node;
use crate::policy::Levels;
use crate::source::{RepoPath, Source};
use crate::vpods::Program;

/// One side of a comparison: what a repository compiled to, or what is live.
#[derive(Clone)]
pub struct State<'s> {
    /// What people call it: `HEAD~1`, `live`.
    pub(super) label: String,
    /// Where its texts are; none of what is live.
    pub(super) source: Option<&'s dyn Source>,
    pub(super) services: BTreeMap<String, ServiceState<'s>>,
    pub(super) sessions: BTreeMap<String, Place>,
    pub(super) pods: BTreeMap<(String, String), PodState>,
    /// How many errors the compilation had, and the first of them.
    pub(super) errors: usize,
    pub(super) first_error: Option<String>,
    /// What the repository sets rules to.
    pub(super) levels: Levels,
    /// The programs of vpods, by file; none of what is live.
    pub(super) programs: Option<&'s BTreeMap<RepoPath, Program>>,
}

/// A service, with all of its that a comparison needs.
#[derive(Debug, Clone, Default)]
pub(super) struct ServiceState<'s> {
    pub(super) service: Option<v1::Service>,
    pub(super) place: Place,
    /// By version, in the order of precedence.
    pub(super) interfaces: BTreeMap<semver::Version, InterfaceState<'s>>,
    pub(super) versions: BTreeMap<String, VersionState>,
    pub(super) route: Option<(v1::Route, Place)>,
}

/// A definition of a service at one version.
#[derive(Debug, Clone)]
pub(super) struct InterfaceState<'s> {
    interface: InterfaceOf<'s>,
    pub(super) digest: Digest,
    pub(super) place: Place,
}

/// Where a definition is kept. Most are never looked at, since their digests are
/// equal, so that none is decoded before it is asked for.
#[derive(Debug, Clone)]
enum InterfaceOf<'s> {
    Node(&'s Node),
    Live(&'s v1::Interface),
}

impl InterfaceState<'_> {
    pub(super) fn interface(&self) -> Option<v1::Interface> {
        match &self.interface {
            InterfaceOf::Live(interface) => Some((*interface).clone()),
            InterfaceOf::Node(node) => match node.spec().kind {
                Some(spec::Kind::Interface(interface)) => Some(interface),
                _ => None,
            },
        }
    }
}

/// A version that is deployed.
#[derive(Debug, Clone)]
pub(super) struct VersionState {
    pub(super) version: v1::Version,
    pub(super) place: Place,
}

/// A virtual pod.
#[derive(Debug, Clone)]
pub(super) struct PodState {
    pub(super) pod: v1::VPod,
    pub(super) place: Place,
}

impl State<'_> {
    /// The program of a vpod, as far as it can be read, and its file.
    pub(super) fn program(&self, state: &PodState) -> Option<(RepoPath, &Program)> {
        let path = state.place.folder().join(&state.pod.source).ok()?;
        let program = self.programs?.get(&path)?;
        Some((path, program))
    }
}

/// Where a resource is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Option<RepoPath>,
    pub(super) line: u32,
    pub(super) commit: Option<String>,
}

impl Place {
    fn of_message(origin: Option<&v1::Origin>) -> Self {
        origin.map_or_else(Self::default, |origin| Self {
            file: RepoPath::new(&origin.file).ok(),
            line: origin.line,
            commit: (!origin.commit.is_empty()).then(|| origin.commit.clone()),
        })
    }

    /// The folder that holds the file.
    pub(super) fn folder(&self) -> RepoPath {
        self.file
            .as_ref()
            .and_then(RepoPath::parent)
            .unwrap_or_else(RepoPath::root)
    }

    /// `library/library.proto:14`, and the commit where it is known.
    pub(super) fn describe(&self) -> String {
        let Some(file) = &self.file else {
            return "an unknown place".to_owned();
        };
        let mut text = format!("`{file}");
        if self.line > 0 {
            let _ = write!(text, ":{}", self.line);
        }
        text.push('`');
        if let Some(commit) = &self.commit {
            let short = commit.get(..12).unwrap_or(commit);
            let _ = write!(text, " of commit {short}");
        }
        text
    }
}

impl<'s> State<'s> {
    /// What the repository in `source` compiled to. `label` is what people call
    /// it, for example the revision that they named.
    #[must_use]
    pub fn compiled(
        label: impl Into<String>,
        compilation: &'s Compilation,
        source: &'s dyn Source,
    ) -> Self {
        let mut state = Self::empty(label.into(), Some(source));
        for node in compilation.graph().nodes() {
            let origin = &node.origin;
            let place = Place {
                file: Some(origin.file.clone()),
                line: origin.line,
                commit: origin.commit.clone(),
            };
            match node.address.kind() {
                Kind::Interface => {
                    let name = node.address.name();
                    let interface = InterfaceOf::Node(node);
                    state.add_interface(name, interface, node.digest, place);
                }
                Kind::Domain | Kind::Variable | Kind::Cluster => {}
                Kind::Service | Kind::Version | Kind::Route | Kind::Session | Kind::VPod => {
                    state.add(node.spec(), place);
                }
            }
        }
        if let Some(settings) = &compilation.settings {
            state.levels = settings.levels.clone();
        }
        state.programs = Some(&compilation.programs);
        let mut errors = compilation
            .diagnostics
            .iter()
            .filter(|found| found.severity == Severity::Error);
        state.first_error = errors.next().map(|found| match found.primary() {
            Some(span) => format!("{}: {}", span.file, found.message),
            None => found.message.clone(),
        });
        state.errors = errors.count() + usize::from(state.first_error.is_some());
        state
    }

    /// What a node runs.
    #[must_use]
    pub fn live(label: impl Into<String>, resources: &'s [Resource]) -> Self {
        let mut state = Self::empty(label.into(), None);
        for resource in resources {
            let Some(spec) = &resource.spec else {
                continue;
            };
            let place = Place::of_message(resource.origin.as_ref());
            if let Some(spec::Kind::Interface(interface)) = &spec.kind {
                let name = format!("{}@{}", interface.service, interface.version);
                let digest = resource.digest.parse().unwrap_or_else(|_| spec.digest());
                state.add_interface(&name, InterfaceOf::Live(interface), digest, place);
            } else {
                state.add(spec.clone(), place);
            }
        }
        state
    }

    fn empty(label: String, source: Option<&'s dyn Source>) -> Self {
        Self {
            label,
            source,
            services: BTreeMap::new(),
            sessions: BTreeMap::new(),
            pods: BTreeMap::new(),
            errors: 0,
            first_error: None,
            levels: Levels::default(),
            programs: None,
        }
    }

    /// Adds the definition `name`, a service and its version.
    fn add_interface(
        &mut self,
        name: &str,
        interface: InterfaceOf<'s>,
        digest: Digest,
        place: Place,
    ) {
        let Some((service, version)) = name.split_once('@') else {
            return;
        };
        let Ok(version) = version.parse() else {
            return;
        };
        let state = InterfaceState {
            interface,
            digest,
            place,
        };
        let entry = self.services.entry(service.to_owned()).or_default();
        entry.interfaces.insert(version, state);
    }

    fn add(&mut self, spec: Spec, place: Place) {
        match spec.kind {
            Some(spec::Kind::Service(service)) => {
                let entry = self.services.entry(service.name.clone()).or_default();
                entry.service = Some(service);
                entry.place = place;
            }
            Some(spec::Kind::Version(version)) => {
                let entry = self.services.entry(version.service.clone()).or_default();
                let name = version.version.clone();
                entry.versions.insert(name, VersionState { version, place });
            }
            Some(spec::Kind::Route(route)) => {
                let entry = self.services.entry(route.service.clone()).or_default();
                entry.route = Some((route, place));
            }
            Some(spec::Kind::Session(session)) => {
                self.sessions.insert(session.name, place);
            }
            Some(spec::Kind::Vpod(pod)) => {
                let key = (pod.session.clone(), pod.name.clone());
                self.pods.insert(key, PodState { pod, place });
            }
            Some(
                spec::Kind::Domain(_)
                | spec::Kind::Variable(_)
                | spec::Kind::Cluster(_)
                | spec::Kind::Interface(_),
            )
            | None => {}
        }
    }

    /// Whether there is something at `path`; unknown of what is live.
    pub(super) fn has_file(&self, path: &RepoPath) -> bool {
        self.source.is_some_and(|source| source.read(path).is_ok())
    }
}

impl<'s> ServiceState<'s> {
    /// The newest definition.
    pub(super) fn newest(&self) -> Option<(&semver::Version, &InterfaceState<'s>)> {
        self.interfaces.last_key_value()
    }

    /// The id, which stays when the name changes.
    pub(super) fn id(&self) -> Option<&str> {
        self.service
            .as_ref()
            .map(|service| service.id.as_str())
            .filter(|id| !id.is_empty())
    }
}
