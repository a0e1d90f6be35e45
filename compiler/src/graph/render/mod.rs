//! The graph as text, one format a file. All are deterministic.

pub mod dot;
pub mod json;
pub mod mermaid;

use std::collections::BTreeMap;

use vimana_proto::{Address, Kind};

use super::Graph;

/// The identifier of each node in a drawing: addresses hold characters that
/// neither format takes in an identifier.
fn identifiers(graph: &Graph) -> BTreeMap<&Address, String> {
    graph
        .nodes()
        .enumerate()
        .map(|(index, node)| (&node.address, format!("n{index}")))
        .collect()
}

/// The heading of a group of nodes.
const fn heading(kind: Kind) -> &'static str {
    match kind {
        Kind::Cluster => "clusters",
        Kind::Domain => "domains",
        Kind::Variable => "variables",
        Kind::Interface => "interfaces",
        Kind::Service => "services",
        Kind::Version => "versions",
        Kind::Route => "routes",
        Kind::Session => "sessions",
        Kind::VPod => "vpods",
    }
}

#[cfg(test)]
mod tests {
    use vimana_proto::state::v1::{Domain, Service, Session, VPod, spec};

    use crate::graph::{EdgeKind, Graph, GraphBuilder, Origin};
    use crate::source::RepoPath;

    pub(super) fn graph() -> Graph {
        let origin = || Origin::at(RepoPath::new("a/service.txtpb").unwrap(), 3, 1);
        let mut builder = GraphBuilder::new();
        let domain = builder.add(
            spec::Kind::Domain(Domain {
                name: "example.com".into(),
                ..Default::default()
            }),
            origin(),
        );
        let service = builder.add(
            spec::Kind::Service(Service {
                name: "example.com:bar.FooService".into(),
                ..Service::default()
            }),
            origin(),
        );
        let session = builder.add(
            spec::Kind::Session(Session {
                name: "say \"hi\" <b>\\".into(),
                ..Session::default()
            }),
            origin(),
        );
        let pods: Vec<_> = ["a", "b"]
            .into_iter()
            .map(|name| {
                builder.add(
                    spec::Kind::Vpod(VPod {
                        session: "say \"hi\" <b>\\".into(),
                        name: name.into(),
                        ..VPod::default()
                    }),
                    origin(),
                )
            })
            .collect();
        builder.depends(&service, &domain);
        for pod in &pods {
            builder.depends(pod, &session);
        }
        builder.edge(&pods[0], &pods[1], EdgeKind::Reaches);
        builder.edge(&pods[1], &pods[0], EdgeKind::Reaches);
        builder.build().unwrap()
    }
}
