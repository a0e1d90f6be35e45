use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use vimana_proto::state::v1::{Spec, spec};
use vimana_proto::{Address, Kind};

use super::{EdgeKind, Graph, Node, Origin};

/// Collects nodes and edges, in any order.
#[derive(Debug, Clone, Default)]
pub struct GraphBuilder {
    nodes: Vec<Node>,
    edges: Vec<(Address, Address, EdgeKind)>,
}

/// Why nodes and edges are no graph.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GraphError {
    /// Two resources have one address.
    #[error("`{address}` is defined twice, at {first} and at {second}")]
    Duplicate {
        /// The address.
        address: Address,
        /// Where the resource that stays is written.
        first: Origin,
        /// Where the resource that is left out is written.
        second: Origin,
    },
    /// A resource refers to one that is not there.
    #[error("`{from}` {kind} `{to}`, which is not there")]
    Dangling {
        /// The resource that refers.
        from: Address,
        /// What it refers to.
        to: Address,
        /// How.
        kind: EdgeKind,
        /// Where the resource that refers is written; `None` where that is not
        /// there either.
        origin: Option<Origin>,
    },
    /// Resources need each other, so that none can be the first.
    #[error("{} need each other", list(addresses))]
    Cycle {
        /// The resources, sorted.
        addresses: Vec<Address>,
        /// Where the first of them is written.
        origin: Origin,
    },
}

fn list(addresses: &[Address]) -> String {
    let quoted: Vec<_> = addresses.iter().map(|each| format!("`{each}`")).collect();
    quoted.join(", ")
}

/// Every reason why nodes and edges are no graph, sorted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
pub struct GraphErrors(pub Vec<GraphError>);

impl GraphBuilder {
    /// An empty builder.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a resource and returns the address that follows from it.
    pub fn add(&mut self, spec: spec::Kind, origin: Origin) -> Address {
        let spec = Spec::from(spec);
        let address = spec
            .address()
            .expect("a spec made from a kind has that kind, and this crate knows every kind");
        self.nodes.push(Node {
            address: address.clone(),
            digest: spec.digest(),
            spec,
            origin,
        });
        address
    }

    /// Says that `from` refers to `to`.
    pub fn edge(&mut self, from: &Address, to: &Address, kind: EdgeKind) -> &mut Self {
        self.edges.push((from.clone(), to.clone(), kind));
        self
    }

    /// Says that `from` needs `to` to be there before it; how follows from the
    /// kinds.
    pub fn depends(&mut self, from: &Address, to: &Address) -> &mut Self {
        let kind = match to.kind() {
            Kind::Interface => EdgeKind::Implements,
            Kind::Variable => EdgeKind::Reads,
            Kind::Version => EdgeKind::RoutesTo,
            Kind::Cluster
            | Kind::Domain
            | Kind::Service
            | Kind::Route
            | Kind::Session
            | Kind::VPod => EdgeKind::BelongsTo,
        };
        self.edge(from, to, kind)
    }

    /// The graph, or every reason why there is none.
    pub fn build(self) -> Result<Graph, GraphErrors> {
        let (graph, errors) = self.finish();
        if errors.is_empty() {
            Ok(graph)
        } else {
            Err(GraphErrors(errors))
        }
    }

    /// The graph without what is wrong, for whoever shows it beside the errors.
    pub(crate) fn finish(mut self) -> (Graph, Vec<GraphError>) {
        // A stable sort: of two with one address, the one added first stays.
        self.nodes.sort_by(|a, b| a.address.cmp(&b.address));
        self.edges.sort_unstable();
        self.edges.dedup();

        let mut errors = Vec::new();
        let mut graph = DiGraph::with_capacity(self.nodes.len(), self.edges.len());
        let mut index: BTreeMap<Address, NodeIndex> = BTreeMap::new();
        for node in self.nodes {
            match index.entry(node.address.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(graph.add_node(node));
                }
                Entry::Occupied(entry) => errors.push(GraphError::Duplicate {
                    address: node.address,
                    first: graph[*entry.get()].origin.clone(),
                    second: node.origin,
                }),
            }
        }
        for (from, to, kind) in self.edges {
            match (index.get(&from), index.get(&to)) {
                (Some(source), Some(target)) => {
                    graph.add_edge(*source, *target, kind);
                }
                (source, _) => errors.push(GraphError::Dangling {
                    origin: source.map(|source| graph[*source].origin.clone()),
                    from,
                    to,
                    kind,
                }),
            }
        }
        errors.extend(cycles(&graph));
        (Graph { graph, index }, errors)
    }
}

fn cycles(graph: &DiGraph<Node, EdgeKind>) -> Vec<GraphError> {
    let dependencies = graph.filter_map(
        |_, node| Some(&node.address),
        |_, kind| kind.is_dependency().then_some(()),
    );
    let mut cycles: Vec<Vec<NodeIndex>> = tarjan_scc(&dependencies)
        .into_iter()
        .filter(|group| match group.as_slice() {
            [alone] => dependencies.contains_edge(*alone, *alone),
            _ => true,
        })
        .collect();
    // Indices are in the order of addresses, since nodes were added so.
    for group in &mut cycles {
        group.sort_unstable();
    }
    cycles.sort_unstable();
    cycles
        .into_iter()
        .map(|group| GraphError::Cycle {
            origin: graph[group[0]].origin.clone(),
            addresses: group
                .into_iter()
                .map(|index| graph[index].address.clone())
                .collect(),
        })
        .collect()
}
