//! The desired state as a graph: what there is, where each thing comes from,
//! and what it needs.
//!
//! A [`Graph`] is made by a [`GraphBuilder`] only, so its dependency edges have
//! no cycle and lead to nodes that are there. It is read in the order of
//! addresses, whatever the order in which it was built.

mod alone;
mod build;
mod origin;
mod packed;
pub mod render;
#[cfg(test)]
mod tests;

use std::fmt;

use vimana_proto::state::v1::{Resource, Spec};
use vimana_proto::{Address, Digest, Kind};

pub use build::{GraphBuilder, GraphError, GraphErrors};
pub use origin::Origin;
pub(crate) use packed::PackedSpec;

/// A resource of the desired state.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Node {
    /// Its address, which follows from the spec.
    pub address: Address,
    /// The digest of the spec.
    pub digest: Digest,
    /// Where it is written.
    pub origin: Origin,
    pub(crate) packed: PackedSpec,
}

impl Node {
    /// What it is. It is decoded each time, since a graph of thousands of
    /// services keeps it encoded.
    #[must_use]
    pub fn spec(&self) -> Spec {
        self.packed.unpack()
    }
}

/// How one resource refers to another.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
pub enum EdgeKind {
    /// A service belongs to a domain, a version and a route to a service, a
    /// vpod to a session.
    BelongsTo,
    /// A version implements an interface.
    Implements,
    /// A version reads a variable.
    Reads,
    /// A route sends traffic to a version.
    RoutesTo,
    /// A service may run on a cluster.
    RunsOn,
    /// A version's component imports the interface of another service.
    Calls,
    /// A vpod may call another.
    Reaches,
}

impl EdgeKind {
    /// The name, as a verb.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::BelongsTo => "belongs to",
            Self::Implements => "implements",
            Self::Reads => "reads",
            Self::RoutesTo => "routes to",
            Self::RunsOn => "runs on",
            Self::Calls => "calls",
            Self::Reaches => "reaches",
        }
    }

    /// Whether the target must be there before the resource that refers to it.
    /// Clusters are never applied, and services and vpods may call each other in
    /// circles.
    #[must_use]
    pub const fn is_dependency(self) -> bool {
        match self {
            Self::BelongsTo | Self::Implements | Self::Reads | Self::RoutesTo => true,
            Self::RunsOn | Self::Calls | Self::Reaches => false,
        }
    }
}

impl fmt::Display for EdgeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A reference from one resource to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge<'graph> {
    /// The resource that refers.
    pub from: &'graph Address,
    /// The resource that is referred to.
    pub to: &'graph Address,
    /// How.
    pub kind: EdgeKind,
}

/// The desired state.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// Sorted by address, so that the order of indices is that of addresses.
    nodes: Vec<Node>,
    /// By index: from, to and how, sorted.
    edges: Vec<(u32, u32, EdgeKind)>,
    /// The same the other way: to, from and how, sorted.
    backwards: Vec<(u32, u32, EdgeKind)>,
}

impl Graph {
    /// Every node, sorted by address.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = &Node> {
        self.nodes.iter()
    }

    /// Every node of one kind, sorted by address.
    pub fn nodes_of(&self, kind: Kind) -> impl Iterator<Item = &Node> {
        let start = self
            .nodes
            .partition_point(|node| node.address.kind() < kind);
        self.nodes[start..]
            .iter()
            .take_while(move |node| node.address.kind() == kind)
    }

    /// The node at `address`.
    pub fn node(&self, address: &Address) -> Option<&Node> {
        index_of(&self.nodes, address).map(|index| &self.nodes[index])
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Whether there is no node.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Every edge, sorted by source, target and kind.
    pub fn edges(&self) -> Vec<Edge<'_>> {
        self.edges
            .iter()
            .map(|(from, to, kind)| Edge {
                from: self.address(*from),
                to: self.address(*to),
                kind: *kind,
            })
            .collect()
    }

    /// What must be there before the resource at `address`, sorted; empty where
    /// there is no such resource.
    pub fn dependencies(&self, address: &Address) -> Vec<&Address> {
        self.neighbours(&self.edges, address)
    }

    /// What needs the resource at `address` to be there, sorted.
    pub fn dependents(&self, address: &Address) -> Vec<&Address> {
        self.neighbours(&self.backwards, address)
    }

    fn address(&self, index: u32) -> &Address {
        &self.nodes[index as usize].address
    }

    /// The other ends of the dependencies in `edges` that begin at `address`.
    fn neighbours(&self, edges: &[(u32, u32, EdgeKind)], address: &Address) -> Vec<&Address> {
        let Some(index) = index_of(&self.nodes, address) else {
            return Vec::new();
        };
        let start = edges.partition_point(|(from, ..)| (*from as usize) < index);
        let mut addresses: Vec<_> = edges[start..]
            .iter()
            .take_while(|(from, ..)| *from as usize == index)
            .filter(|(.., kind)| kind.is_dependency())
            .map(|(_, to, _)| self.address(*to))
            .collect();
        addresses.dedup();
        addresses
    }

    /// Sorted as text, as nodes keep them: kinds have another order.
    fn dependencies_as_text(&self, address: &Address) -> Vec<String> {
        let mut texts: Vec<_> = self
            .dependencies(address)
            .into_iter()
            .map(ToString::to_string)
            .collect();
        texts.sort_unstable();
        texts
    }

    /// Every resource that can be applied to a node, sorted by address, with
    /// its origin and dependencies.
    pub fn resources(&self) -> Vec<Resource> {
        self.nodes()
            .filter(|node| node.address.kind().is_applied())
            .map(|node| Resource {
                address: node.address.to_string(),
                spec: Some(node.spec()),
                digest: node.digest.to_string(),
                origin: Some(node.origin.to_message()),
                dependencies: self.dependencies_as_text(&node.address),
                generation: 0,
            })
            .collect()
    }
}

fn index_of(nodes: &[Node], address: &Address) -> Option<usize> {
    nodes
        .binary_search_by(|node| node.address.cmp(address))
        .ok()
}
