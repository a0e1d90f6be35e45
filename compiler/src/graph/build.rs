use std::sync::Arc;

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use vimana_proto::state::v1::{Interface, Spec, spec};
use vimana_proto::{Address, Kind};

use super::{EdgeKind, Graph, Node, Origin, PackedSpec, index_of};

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
        self.add_packed(&spec, PackedSpec::new(&spec), origin)
    }

    /// Adds an interface, whose `file_descriptor_set` is that of `files`: the
    /// encoded descriptors, dependencies first.
    pub(crate) fn add_interface(
        &mut self,
        interface: Interface,
        files: Vec<Arc<[u8]>>,
        origin: Origin,
    ) -> &Node {
        let packed = PackedSpec::of_interface(interface, files);
        self.add_packed(&packed.unpack(), packed, origin);
        self.nodes.last().expect("one was added just now")
    }

    fn add_packed(&mut self, spec: &Spec, packed: PackedSpec, origin: Origin) -> Address {
        let address = spec
            .address()
            .expect("a spec made from a kind has that kind, and this crate knows every kind");
        self.nodes.push(Node {
            address: address.clone(),
            digest: spec.digest(),
            origin,
            packed,
        });
        address
    }

    /// Adds all that `other` has.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.nodes.append(&mut other.nodes);
        self.edges.append(&mut other.edges);
    }

    /// Every resource so far.
    pub(crate) fn nodes_mut(&mut self) -> impl Iterator<Item = &mut Node> {
        self.nodes.iter_mut()
    }

    /// The resources and edges so far, as [`Self::of`] takes them.
    pub(crate) fn parts(&self) -> (&[Node], &[(Address, Address, EdgeKind)]) {
        (&self.nodes, &self.edges)
    }

    /// What has these resources and edges.
    pub(crate) const fn of(nodes: Vec<Node>, edges: Vec<(Address, Address, EdgeKind)>) -> Self {
        Self { nodes, edges }
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
        let mut errors = Vec::new();
        self.nodes.dedup_by(|second, first| {
            let is_duplicate = second.address == first.address;
            if is_duplicate {
                errors.push(GraphError::Duplicate {
                    address: first.address.clone(),
                    first: first.origin.clone(),
                    second: second.origin.clone(),
                });
            }
            is_duplicate
        });
        let nodes = self.nodes;

        let mut edges = Vec::with_capacity(self.edges.len());
        let mut dangling = Vec::new();
        for edge in self.edges {
            match (index_of(&nodes, &edge.0), index_of(&nodes, &edge.1)) {
                (Some(from), Some(to)) => edges.push((number(from), number(to), edge.2)),
                (from, _) => dangling.push((edge, from)),
            }
        }
        edges.sort_unstable();
        edges.dedup();
        dangling.sort_unstable();
        dangling.dedup();
        errors.extend(dangling.into_iter().map(|((from, to, kind), source)| {
            GraphError::Dangling {
                origin: source.map(|source| nodes[source].origin.clone()),
                from,
                to,
                kind,
            }
        }));
        errors.extend(cycles(&nodes, &edges));

        let mut backwards: Vec<_> = edges
            .iter()
            .map(|(from, to, kind)| (*to, *from, *kind))
            .collect();
        backwards.sort_unstable();
        let graph = Graph {
            nodes,
            edges,
            backwards,
        };
        (graph, errors)
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).expect("memory ends long before 2^32 nodes do")
}

fn cycles(nodes: &[Node], edges: &[(u32, u32, EdgeKind)]) -> Vec<GraphError> {
    let is_ordered = |(from, to, kind): &(u32, u32, EdgeKind)| {
        !kind.is_dependency()
            || nodes[*from as usize].address.kind() > nodes[*to as usize].address.kind()
    };
    // As long as each dependency is of a lesser kind, none leads back.
    if edges.iter().all(is_ordered) {
        return Vec::new();
    }
    let mut dependencies: DiGraph<(), ()> = DiGraph::with_capacity(nodes.len(), edges.len());
    for _ in nodes {
        dependencies.add_node(());
    }
    for (from, to, _) in edges.iter().filter(|(.., kind)| kind.is_dependency()) {
        dependencies.add_edge(
            NodeIndex::new(*from as usize),
            NodeIndex::new(*to as usize),
            (),
        );
    }
    let mut cycles: Vec<Vec<NodeIndex>> = tarjan_scc(&dependencies)
        .into_iter()
        .filter(|group| match group.as_slice() {
            [alone] => dependencies.contains_edge(*alone, *alone),
            _ => true,
        })
        .collect();
    for group in &mut cycles {
        group.sort_unstable();
    }
    cycles.sort_unstable();
    cycles
        .into_iter()
        .map(|group| GraphError::Cycle {
            origin: nodes[group[0].index()].origin.clone(),
            addresses: group
                .into_iter()
                .map(|index| nodes[index.index()].address.clone())
                .collect(),
        })
        .collect()
}
