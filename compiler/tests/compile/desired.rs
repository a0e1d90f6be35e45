use vimana_compiler::graph::render;
use vimana_compiler::source::{RepoPath, WorkTree};
use vimana_compiler::{Compilation, EdgeKind, Options, compile};
use vimana_proto::state::v1::{Resource, placement, spec};
use vimana_proto::{Address, Kind};

use crate::repo::{
    FOO, SETTINGS, compiled, component, definition, findings, repo, text, walkthrough,
};

fn node_lines(compilation: &Compilation) -> String {
    compilation
        .graph()
        .nodes()
        .map(|node| format!("{} {}\n", node.address, node.origin))
        .collect()
}

fn spec(compilation: &Compilation, address: &str) -> spec::Kind {
    let address: Address = address.parse().unwrap();
    let node = compilation.graph().node(&address).unwrap();
    node.spec().kind.unwrap()
}

#[test]
fn the_walkthrough_compiles_as_it_stands_with_one_warning() {
    let compilation = compiled(&walkthrough());
    snapbox::assert_data_eq!(
        findings(&compilation),
        snapbox::str![[r#"
walkthrough/foo.proto:21:3 W VM0045 options of vimana are used without an import
    help: add `import "vimana/options.proto";`, which other tools need

"#]]
    );
    snapbox::assert_data_eq!(
        node_lines(&compilation),
        snapbox::str![[r#"
cluster/local vimana.toml:5:10
domain/example.com vimana.toml:3:10
variable/GRAFANA_TOKEN vimana.toml:8:11
interface/example.com:bar.FooService@1.0.0 walkthrough/foo.proto:5:9
service/example.com:bar.FooService walkthrough/foo.proto:5:9
version/example.com:bar.FooService@1.0.0 walkthrough/foo.proto:27:14
route/example.com:bar.FooService walkthrough/foo.proto:27:14

"#]]
    );
    let edges: String = compilation
        .graph()
        .edges()
        .iter()
        .map(|edge| format!("{} {} {}\n", edge.from, edge.kind, edge.to))
        .collect();
    snapbox::assert_data_eq!(
        edges,
        snapbox::str![[r#"
service/example.com:bar.FooService runs on cluster/local
service/example.com:bar.FooService belongs to domain/example.com
version/example.com:bar.FooService@1.0.0 reads variable/GRAFANA_TOKEN
version/example.com:bar.FooService@1.0.0 implements interface/example.com:bar.FooService@1.0.0
version/example.com:bar.FooService@1.0.0 belongs to service/example.com:bar.FooService
route/example.com:bar.FooService belongs to service/example.com:bar.FooService
route/example.com:bar.FooService routes to version/example.com:bar.FooService@1.0.0

"#]]
    );
}

#[test]
fn what_the_walkthrough_leaves_open_is_decided() {
    let compilation = compiled(&walkthrough());
    let spec::Kind::Service(service) = spec(&compilation, "service/example.com:bar.FooService")
    else {
        panic!("no service");
    };
    assert_eq!(service.id, "d7bd258f-46ff-4fb4-a02d-efa4d096f810");
    let place = service.placement.unwrap();
    assert!(place.regional && place.failover);
    assert_eq!(place.target(), placement::Target::Latency);
    assert_eq!(place.regions, ["/us-east", "aws/eu-west"]);
    assert_eq!(place.clusters, ["local"]);
    let limits = service.limits.unwrap();
    assert_eq!(limits.memory_bytes, 128 << 20);
    assert_eq!(limits.timeout.unwrap().seconds, 10);
    assert_eq!(limits.message_bytes, 4 << 20);

    let spec::Kind::Route(route) = spec(&compilation, "route/example.com:bar.FooService") else {
        panic!("no route");
    };
    assert_eq!(route.targets.len(), 1);
    assert_eq!(route.targets[0].weight, 100);
    let spec::Kind::Version(version) =
        spec(&compilation, "version/example.com:bar.FooService@1.0.0")
    else {
        panic!("no version");
    };
    assert_eq!(version.otlp.unwrap().protocol, "http/protobuf");
    let interface = "interface/example.com:bar.FooService@1.0.0";
    let digest = compilation
        .graph()
        .node(&interface.parse().unwrap())
        .unwrap()
        .digest;
    assert_eq!(version.interface_digest, digest.to_string());
}

#[test]
fn the_descriptors_of_an_interface_are_complete_and_have_no_places() {
    let compilation = compiled(&walkthrough());
    let spec::Kind::Interface(interface) =
        spec(&compilation, "interface/example.com:bar.FooService@1.0.0")
    else {
        panic!("no interface");
    };
    let pool =
        prost_reflect::DescriptorPool::decode(interface.file_descriptor_set.as_slice()).unwrap();
    assert!(pool.get_service_by_name("bar.FooService").is_some());
    assert!(
        pool.files()
            .all(|file| { file.file_descriptor_proto().source_code_info.is_none() })
    );
    let names: Vec<_> = pool.files().map(|file| file.name().to_owned()).collect();
    assert_eq!(
        names,
        [
            "google/protobuf/descriptor.proto",
            "vimana/options.proto",
            "walkthrough/foo.proto"
        ]
    );
    let service = pool.get_service_by_name("bar.FooService").unwrap();
    assert!(service.options().extensions().next().is_some());
}

#[test]
fn the_same_repository_gives_the_same_bytes() {
    let bytes = |compilation: Compilation| {
        let graph = compilation.graph();
        let drawings = [
            render::dot::render(graph),
            render::mermaid::render(graph),
            render::json::render(graph),
            findings(&compilation),
        ]
        .concat();
        let desired = compilation.checked().unwrap();
        (drawings, desired.resources())
    };
    let mut source = walkthrough();
    // An option with a map in it, which the linker encodes in a random order.
    source.insert(
        RepoPath::new("tagged/tagged.proto").unwrap(),
        tagged_definition(),
    );
    source.insert(
        RepoPath::new("tagged/tagged-1.0.0.wasm").unwrap(),
        component(&tagged_definition()),
    );
    let first = bytes(compiled(&source));
    for _ in 0..8 {
        assert_eq!(bytes(compiled(&source)), first);
    }
}

fn tagged_definition() -> String {
    let entries: String = (0..40)
        .map(|index| format!("values {{ key: \"k{index}\" value: {index} }} "))
        .collect();
    definition("tagged", 77, "1.0.0", "/tagged").replace(
        "service Things {",
        &format!(
            "import \"google/protobuf/descriptor.proto\";\n\
             message Tags {{ map<string, int32> values = 1; }}\n\
             extend google.protobuf.ServiceOptions {{ Tags tags = 50001; }}\n\
             service Things {{ option (tags) = {{ {entries} }};"
        ),
    )
}

#[test]
fn only_files_that_equal_the_commit_name_it() {
    let modified = RepoPath::new("vimana.toml").unwrap();
    let source = walkthrough().at_commit("c0ffee", [modified]);
    let compilation = compiled(&source);
    let commit = |address: &str| {
        let address = address.parse().unwrap();
        compilation
            .graph()
            .node(&address)
            .unwrap()
            .origin
            .commit
            .clone()
    };
    assert_eq!(commit("domain/example.com"), None);
    assert_eq!(
        commit("service/example.com:bar.FooService").as_deref(),
        Some("c0ffee")
    );
    assert_eq!(compilation.commit(), Some("c0ffee"));
}

#[test]
fn only_what_has_no_error_becomes_the_desired_state() {
    let desired = compiled(&walkthrough()).checked().unwrap();
    assert_eq!(desired.workspace, "acme");
    let resources = desired.resources();
    assert!(resources.iter().all(Resource::is_consistent));
    assert!(
        resources
            .iter()
            .all(|resource| !resource.address.starts_with("cluster/"))
    );
    let route = resources
        .iter()
        .find(|resource| resource.address.starts_with("route/"))
        .unwrap();
    assert_eq!(
        route.dependencies,
        [
            "service/example.com:bar.FooService",
            "version/example.com:bar.FooService@1.0.0"
        ]
    );
    let (digest, file) = desired.components.first_key_value().unwrap();
    assert_eq!(file.path.as_str(), "walkthrough/foo-1.0.0.wasm");
    assert_eq!(*digest, vimana_proto::Digest::of(&component(FOO)));

    let broken = repo([("vimana.toml", text("[workspace]\n"))]);
    let compilation = compiled(&broken).checked().unwrap_err();
    assert!(compilation.has_errors());
}

#[test]
fn the_example_repository_compiles_with_the_warning_that_the_walkthrough_has() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/repo");
    let source = WorkTree::open(root.as_ref()).unwrap();
    let compilation = compile(&source, &Options::default());
    let codes: Vec<_> = compilation
        .diagnostics
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(codes, ["VM0045"], "{}", findings(&compilation));
    assert!(compilation.checked().is_ok());
}

#[test]
fn an_empty_repository_compiles_to_its_cluster_alone() {
    let source = repo([("vimana.toml", text(SETTINGS))]);
    let compilation = compiled(&source);
    assert_eq!(findings(&compilation), "");
    let desired = compilation.checked().unwrap();
    let kinds: Vec<_> = desired
        .graph
        .nodes()
        .map(|node| node.address.kind())
        .collect();
    assert_eq!(kinds, [Kind::Cluster, Kind::Variable]);
    assert!(
        desired
            .graph
            .edges()
            .iter()
            .all(|edge| edge.kind != EdgeKind::RunsOn)
    );
}
