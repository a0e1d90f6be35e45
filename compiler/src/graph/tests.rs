use vimana_proto::state::v1::{Domain, Service, spec};
use vimana_proto::{Address, Kind};

use super::{EdgeKind, GraphBuilder, GraphError, Origin};
use crate::source::RepoPath;

fn origin(line: u32) -> Origin {
    Origin::at(RepoPath::new("a.txt").unwrap(), line, 1)
}

fn domain(name: &str) -> spec::Kind {
    spec::Kind::Domain(Domain {
        name: name.into(),
        ..Default::default()
    })
}

fn service(name: &str) -> spec::Kind {
    spec::Kind::Service(Service {
        name: name.into(),
        ..Service::default()
    })
}

#[test]
fn a_graph_is_the_same_in_whatever_order_it_was_built() {
    let names = ["b", "a", "c"];
    let build = |order: &[usize]| {
        let mut builder = GraphBuilder::new();
        let addresses: Vec<_> = order
            .iter()
            .map(|index| builder.add(service(names[*index]), origin(1)))
            .collect();
        let target = builder.add(domain("x"), origin(2));
        for address in &addresses {
            builder.depends(address, &target);
        }
        let graph = builder.build().unwrap();
        (graph.resources(), format!("{:?}", graph.edges()))
    };
    let first = build(&[0, 1, 2]);
    assert_eq!(build(&[2, 1, 0]), first);
    let addresses: Vec<_> = first.0.iter().map(|each| each.address.as_str()).collect();
    assert_eq!(
        addresses,
        ["domain/x", "service/a", "service/b", "service/c"]
    );
    assert_eq!(first.0[1].dependencies, ["domain/x"]);
}

#[test]
fn what_is_defined_twice_or_refers_to_nothing_is_an_error() {
    let mut builder = GraphBuilder::new();
    let first = builder.add(domain("x"), origin(1));
    builder.add(domain("x"), origin(2));
    let missing = Address::new(Kind::Domain, "y");
    builder.depends(&first, &missing);
    let errors = builder.build().unwrap_err();
    assert_eq!(
        errors.to_string(),
        "`domain/x` is defined twice, at a.txt:1:1 and at a.txt:2:1; \
         `domain/x` belongs to `domain/y`, which is not there"
    );
}

#[test]
fn resources_that_need_each_other_are_an_error_and_vpods_that_call_each_other_are_not() {
    let mut builder = GraphBuilder::new();
    let a = builder.add(service("a"), origin(1));
    let b = builder.add(service("b"), origin(2));
    let c = builder.add(service("c"), origin(3));
    builder.edge(&a, &b, EdgeKind::Reaches);
    builder.edge(&b, &a, EdgeKind::Reaches);
    assert!(builder.clone().build().is_ok());

    builder.depends(&a, &b).depends(&b, &a).depends(&c, &c);
    let errors = builder.build().unwrap_err().0;
    let cycles: Vec<_> = errors
        .iter()
        .map(|error| match error {
            GraphError::Cycle { addresses, .. } => addresses.len(),
            other => panic!("{other}"),
        })
        .collect();
    assert_eq!(cycles, [2, 1]);
}

#[test]
fn dependents_are_the_other_end_of_dependencies() {
    let mut builder = GraphBuilder::new();
    let a = builder.add(service("a"), origin(1));
    let x = builder.add(domain("x"), origin(2));
    builder.depends(&a, &x);
    let graph = builder.build().unwrap();
    assert_eq!(graph.dependencies(&a), [&x]);
    assert_eq!(graph.dependents(&x), [&a]);
    assert!(graph.dependencies(&x).is_empty());
    assert!(
        graph
            .dependents(&Address::new(Kind::Route, "none"))
            .is_empty()
    );
}
