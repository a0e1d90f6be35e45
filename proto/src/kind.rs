use std::fmt;
use std::str::FromStr;

/// The kinds of resources, in the order in which they can be put: a resource
/// depends only on kinds before its own, or on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A place that services run in. Never applied to a node.
    Cluster,
    /// A domain that services exist within.
    Domain,
    /// A named value that the node resolves.
    Variable,
    /// A service definition at one version.
    Interface,
    /// What all versions of a service share.
    Service,
    /// A component that implements an interface.
    Version,
    /// How traffic is shared by versions.
    Route,
    /// A group of virtual pods.
    Session,
    /// A virtual pod.
    VPod,
}

/// A string that names no kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of resource")]
pub struct ParseKindError(String);

impl Kind {
    /// Every kind, in order.
    pub const ALL: [Self; 9] = [
        Self::Cluster,
        Self::Domain,
        Self::Variable,
        Self::Interface,
        Self::Service,
        Self::Version,
        Self::Route,
        Self::Session,
        Self::VPod,
    ];

    /// The name in an address: `route`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cluster => "cluster",
            Self::Domain => "domain",
            Self::Variable => "variable",
            Self::Interface => "interface",
            Self::Service => "service",
            Self::Version => "version",
            Self::Route => "route",
            Self::Session => "session",
            Self::VPod => "vpod",
        }
    }

    /// Whether a resource of this kind can ever be applied to a node; a cluster
    /// is where one applies to.
    #[must_use]
    pub const fn is_applied(self) -> bool {
        !matches!(self, Self::Cluster)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Kind {
    type Err = ParseKindError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == text)
            .ok_or_else(|| ParseKindError(text.to_owned()))
    }
}
