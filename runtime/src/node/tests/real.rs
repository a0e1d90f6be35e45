//! A node with its own data plane and a real component.

use std::path::PathBuf;

use super::*;

const COMPONENT: &[u8] = include_bytes!("../../../../examples/repo/walkthrough/foo-1.0.0.wasm");
const PROTO: &str = include_str!("../../../../examples/repo/walkthrough/foo.proto");

/// How many services the node runs; each has a component of its own.
const SERVICES: usize = 4;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn services_answer_after_an_apply_and_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let descriptors = compile(directory.path());
    let config = config(directory.path());

    let node = Node::start(config.clone()).await.unwrap();
    within(node.ready()).await;
    let mut client = connect(&node).await;
    let mut resources = Vec::new();
    for index in 0..SERVICES {
        let component = component(index);
        let digest = Digest::of(&component);
        upload(&mut client, digest, &component).await.unwrap();
        resources.extend(walkthrough(index, digest, component.len(), &descriptors));
    }
    let steps = resources.iter().map(put_step).collect();
    client.begin_apply(begin(0, steps)).await.unwrap();
    for (step, resource) in (0..).zip(&resources) {
        let request = ApplyStepRequest {
            workspace: "acme".into(),
            generation: 1,
            step,
            resource: Some(resource.clone()),
        };
        client.apply_step(request).await.unwrap();
    }
    assert_greets(&node).await;
    drop(client);
    node.shutdown().await;

    let node = Node::start(config).await.unwrap();
    within(node.ready()).await;
    assert_greets(&node).await;
    node.shutdown().await;
}

async fn assert_greets(node: &Node) {
    for index in 0..SERVICES {
        let host = format!("host: d{index}.example.com");
        let answer = http(node.data_address(), "GET /say-hi?name=Ada", &[&host], "").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert!(answer.body["enthusiasm"].is_number(), "{answer:?}");
    }
}

/// The walkthrough's component with a custom section that makes it unlike the
/// others.
fn component(index: usize) -> Vec<u8> {
    let text = format!("\u{4}test{index:04}");
    let length = u8::try_from(text.len()).unwrap();
    [COMPONENT, &[0, length], text.as_bytes()].concat()
}

/// The descriptors of the walkthrough's `foo.proto`, which imports no options.
fn compile(directory: &Path) -> Vec<u8> {
    let root: PathBuf = directory.join("proto");
    std::fs::create_dir_all(root.join("vimana")).unwrap();
    let options = vimana_proto::OPTIONS_PROTO;
    std::fs::write(root.join("vimana/options.proto"), options).unwrap();
    let text = format!("{PROTO}\nimport \"vimana/options.proto\";\n");
    std::fs::write(root.join("foo.proto"), text).unwrap();
    let mut compiler = protox::Compiler::new([root]).unwrap();
    compiler
        .include_imports(true)
        .include_source_info(false)
        .open_file("foo.proto")
        .unwrap();
    compiler.encode_file_descriptor_set()
}

/// The walkthrough's service in a domain of its own.
fn walkthrough(index: usize, component: Digest, size: usize, descriptors: &[u8]) -> [Resource; 5] {
    let domain_name = format!("d{index}.example.com");
    let name = format!("{domain_name}:bar.FooService");
    let domain = domain(&domain_name);
    let interface = resource(
        spec::Kind::Interface(Interface {
            service: name.clone(),
            version: "1.0.0".into(),
            protobuf_service: "bar.FooService".into(),
            wit: String::new(),
            file_descriptor_set: descriptors.to_vec(),
            http_bindings: Vec::new(),
            comments: Vec::new(),
        }),
        &[],
    );
    let service = resource(
        spec::Kind::Service(Service {
            name: name.clone(),
            domain: domain_name,
            protobuf_service: "bar.FooService".into(),
            limits: Some(Limits {
                memory_bytes: 128 << 20,
                timeout: Some(prost_types::Duration {
                    seconds: 10,
                    nanos: 0,
                }),
                message_bytes: 4 << 20,
                ..Default::default()
            }),
            ..Service::default()
        }),
        &[&domain],
    );
    let version = resource(
        spec::Kind::Version(Version {
            service: name.clone(),
            version: "1.0.0".into(),
            component: Some(Component {
                digest: component.to_string(),
                size_bytes: size as u64,
            }),
            interface_digest: interface.digest.clone(),
            ..Version::default()
        }),
        &[&interface, &service],
    );
    let target = RouteTarget {
        version: "1.0.0".into(),
        weight: 100,
    };
    let route = resource(
        spec::Kind::Route(Route {
            service: name,
            targets: vec![target],
            ..Default::default()
        }),
        &[&service, &version],
    );
    [domain, interface, service, version, route]
}
