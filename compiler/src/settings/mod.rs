//! `vimana.toml`: what holds for the whole repository.

mod levels;
mod read;
mod region;
pub(crate) mod shape;

use std::collections::BTreeMap;

use crate::policy::Levels;

pub(crate) use read::{Places, read};
pub use region::{ParseRegionError, Region, Selector};

/// The settings of a config repository.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// `[workspace]`.
    pub workspace: Workspace,
    /// `[cluster.NAME]`; never empty.
    pub clusters: BTreeMap<String, Cluster>,
    /// `[variable.NAME]`.
    pub variables: BTreeMap<String, Variable>,
    /// `[domain.NAME]`.
    pub domains: BTreeMap<String, Domain>,
    /// `[check.rules]`.
    pub levels: Levels,
}

/// The workspace: the owner of all that is applied from one repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The name, which keeps what is applied apart from other workspaces.
    pub name: String,
    /// The canonical domain of services that name no other.
    pub domain: Option<String>,
    /// The cluster that commands mean unless told otherwise; one of
    /// [`Settings::clusters`].
    pub default_cluster: String,
}

/// A place that services run in.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The name.
    pub name: String,
    /// What applies to it.
    pub engine: Engine,
    /// The URL of the control API.
    pub endpoint: String,
    /// Where it is.
    pub region: Region,
    /// Further regions that it stands for.
    pub also: Vec<Region>,
    /// The running cost per hour, in any one currency.
    pub cost: f64,
}

/// What holds for all services of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Domain {
    /// Whether it describes its services below `/.well-known/`.
    pub openapi: bool,
}

/// How a cluster is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A `vimana serve` node, over its control API.
    Embedded,
}

impl Engine {
    /// The name in `vimana.toml`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
        }
    }
}

/// A named value that the node resolves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// The name, as in `${NAME}`.
    pub name: String,
    /// Where the node reads the value from.
    pub source: VariableSource,
    /// Whether the value must never be shown.
    pub secret: bool,
}

/// Where a node reads a variable's value from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VariableSource {
    /// An environment variable of the node.
    Env(String),
    /// A file of the node's machine.
    File(String),
}

impl Settings {
    /// The cluster that commands mean unless told otherwise.
    pub fn default_cluster(&self) -> Option<&Cluster> {
        self.clusters.get(&self.workspace.default_cluster)
    }
}

impl Cluster {
    /// The cluster of a repository that declares none: a node on this machine.
    pub fn local() -> Self {
        Self {
            name: Self::LOCAL.to_owned(),
            engine: Engine::Embedded,
            endpoint: Self::LOCAL_ENDPOINT.to_owned(),
            region: Region::dev_local(),
            also: Vec::new(),
            cost: 0.0,
        }
    }

    /// The name of the cluster of a repository that declares none.
    pub const LOCAL: &str = "local";

    /// Where a node on this machine listens unless told otherwise.
    pub const LOCAL_ENDPOINT: &str = "http://127.0.0.1:7700";
}

impl Default for Settings {
    /// The settings that an empty `vimana.toml` has, for a workspace `default`.
    fn default() -> Self {
        Self {
            workspace: Workspace {
                name: "default".to_owned(),
                domain: None,
                default_cluster: Cluster::LOCAL.to_owned(),
            },
            clusters: BTreeMap::from([(Cluster::LOCAL.to_owned(), Cluster::local())]),
            variables: BTreeMap::new(),
            domains: BTreeMap::new(),
            levels: Levels::default(),
        }
    }
}
