//! Whether the resources of one service fit together, without those of others.

use std::collections::BTreeSet;

use vimana_proto::{Address, Kind};

use super::GraphBuilder;

impl GraphBuilder {
    /// What these resources of `service` refer to beside themselves.
    ///
    /// None where they may share an address with those of another service, lack
    /// one another, or need each other in a circle: who wants to know what is wrong
    /// then has to build the graph. Else nothing is wrong as long as what is
    /// returned is there, and no other service has the name of this one.
    pub(crate) fn outward(&self, service: &str) -> Option<BTreeSet<&Address>> {
        let (nodes, edges) = self.parts();
        let mut own = BTreeSet::new();
        for node in nodes {
            let is_first = own.insert(&node.address);
            if !is_first || !is_of(&node.address, service) {
                return None;
            }
        }
        let mut outward = BTreeSet::new();
        for (from, to, kind) in edges {
            // As long as each dependency is of a lesser kind, none leads back.
            let is_ordered = !kind.is_dependency() || from.kind() > to.kind();
            if !is_ordered || !own.contains(from) {
                return None;
            }
            if own.contains(to) {
                continue;
            }
            if !matches!(to.kind(), Kind::Domain | Kind::Cluster | Kind::Variable) {
                return None;
            }
            outward.insert(to);
        }
        Some(outward)
    }
}

/// Whether no service of another name has a resource of this address.
fn is_of(address: &Address, service: &str) -> bool {
    match address.kind() {
        Kind::Service | Kind::Route => address.name() == service,
        Kind::Interface | Kind::Version => address
            .name()
            .strip_prefix(service)
            .is_some_and(|rest| rest.starts_with('@')),
        Kind::Cluster | Kind::Domain | Kind::Variable | Kind::Session | Kind::VPod => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{EdgeKind, Origin};
    use crate::source::RepoPath;
    use vimana_proto::state::v1::{Route, Service, spec};

    const NAME: &str = "example.com:a.Things";

    fn origin() -> Origin {
        Origin::file(RepoPath::new("a.proto").unwrap())
    }

    fn service(name: &str) -> spec::Kind {
        spec::Kind::Service(Service {
            name: name.to_owned(),
            ..Service::default()
        })
    }

    fn route() -> spec::Kind {
        spec::Kind::Route(Route {
            service: NAME.to_owned(),
            ..Route::default()
        })
    }

    #[test]
    fn what_a_service_refers_to_beside_itself_is_told() {
        let mut graph = GraphBuilder::new();
        let service = graph.add(service(NAME), origin());
        let route = graph.add(route(), origin());
        let domain = Address::new(Kind::Domain, "example.com");
        graph.depends(&route, &service).depends(&service, &domain);
        assert_eq!(graph.outward(NAME), Some(BTreeSet::from([&domain])));
    }

    #[test]
    fn what_may_not_fit_together_is_left_to_the_graph() {
        let interface = Address::new(Kind::Interface, "example.com:b.Others@1.0.0");
        let route = Address::new(Kind::Route, NAME);
        type Build<'a> = &'a dyn Fn(&mut GraphBuilder, &Address);
        let cases: [(&str, Build<'_>); 5] = [
            ("another's resource", &|graph, _| {
                graph.add(service("example.com:a.Thing"), origin());
            }),
            ("twice", &|graph, _| {
                graph.add(service(NAME), origin());
            }),
            ("not there", &|graph, own| {
                graph.depends(&route, own);
            }),
            ("needs one another", &|graph, own| {
                graph.depends(own, own);
            }),
            ("another's interface", &|graph, own| {
                graph.edge(own, &interface, EdgeKind::Calls);
            }),
        ];
        for (what, build) in cases {
            let mut graph = GraphBuilder::new();
            let own = graph.add(service(NAME), origin());
            assert_eq!(graph.outward(NAME), Some(BTreeSet::new()));
            build(&mut graph, &own);
            assert_eq!(graph.outward(NAME), None, "{what}");
        }
    }
}
