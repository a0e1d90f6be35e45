//! A whole node over real sockets, with a stand-in for the data plane.

mod access;
mod apply;
mod json;
mod logs;
mod metrics;
mod real;
mod restart;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use parking_lot::Mutex;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tonic::transport::Channel;
use vimana_proto::control::v1::control_client::ControlClient;
use vimana_proto::control::v1::{
    ApplyStepRequest, ApplyStepResponse, BeginApplyRequest, PlannedStep, StepAction,
    UploadComponentRequest,
};
use vimana_proto::state::v1::{
    Component, Domain, Interface, Limits, Placement, Resource, Route, RouteTarget, Service, Spec,
    Version, spec,
};
use vimana_proto::{Address, Digest};

use super::*;
use crate::clock::manual::ManualClock;
use crate::serving::{Health, PrepareError};
use crate::snapshot::{Snapshot, VersionEntry};

pub(super) const SERVICE: &str = "a.com:x.Y";

/// A reason with which the stand-in panics.
pub(super) const PANIC: &str = "panic";

/// A data plane that runs nothing and remembers what it was told.
#[derive(Default)]
pub(super) struct FakeServing {
    pub(super) prepared: Mutex<BTreeSet<(String, Digest)>>,
    pub(super) discarded: Mutex<Vec<Digest>>,
    pub(super) snapshots: Mutex<Vec<Arc<Snapshot>>>,
    /// Versions that cannot be made ready, and why.
    pub(super) unfit: Mutex<BTreeMap<String, String>>,
}

impl FakeServing {
    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(self.snapshots.lock().last().unwrap())
    }
}

#[async_trait]
impl Serving for FakeServing {
    async fn prepare_version(&self, version: &Arc<VersionEntry>) -> Result<(), PrepareError> {
        let name = version.name.to_string();
        if let Some(reason) = self.unfit.lock().get(&name) {
            assert_ne!(reason, PANIC, "a fault of the data plane");
            return Err(PrepareError {
                version: name,
                reason: reason.clone(),
            });
        }
        assert!(version.component_file.is_file());
        self.prepared.lock().insert((name, version.digest));
        Ok(())
    }

    fn discard_version(&self, version: &Arc<VersionEntry>) {
        self.discarded.lock().push(version.digest);
    }

    fn publish(&self, snapshot: Arc<Snapshot>) {
        let mut snapshots = self.snapshots.lock();
        assert!(
            snapshots
                .last()
                .is_none_or(|last| last.number < snapshot.number)
        );
        snapshots.push(snapshot);
    }

    fn health(&self, address: &Address) -> Health {
        if let Some(reason) = self.unfit.lock().get(address.name()) {
            return Health::Unhealthy {
                reason: reason.clone(),
            };
        }
        let prepared = self.prepared.lock();
        let found = prepared.iter().find(|(name, _)| name == address.name());
        found.map_or(Health::Pending, |(_, digest)| Health::Healthy {
            digest: *digest,
        })
    }

    async fn serve(self: Arc<Self>, listener: Listener, stop: CancellationToken) {
        stop.cancelled().await;
        drop(listener);
    }
}

/// A node, its clock, and what stands in for its data plane.
pub(super) struct Fixture {
    pub(super) node: Node,
    pub(super) clock: Arc<ManualClock>,
    pub(super) serving: Arc<FakeServing>,
    pub(super) client: ControlClient<Channel>,
}

pub(super) fn config(state: &Path) -> NodeConfig {
    NodeConfig {
        listen: "127.0.0.1:0".parse().unwrap(),
        control: "127.0.0.1:0".parse().unwrap(),
        state: state.join("state"),
        token: None,
        tls: None,
    }
}

pub(super) async fn start_with(
    config: NodeConfig,
    serving: Arc<FakeServing>,
) -> Result<Node, NodeError> {
    let clock = Arc::new(ManualClock::new());
    Node::start_with(config, clock, |_| Ok(serving)).await
}

pub(super) async fn start(state: &Path) -> Fixture {
    let clock = Arc::new(ManualClock::new());
    let serving = Arc::new(FakeServing::default());
    let node = {
        let serving = Arc::clone(&serving);
        Node::start_with(config(state), Arc::clone(&clock) as Arc<dyn Clock>, |_| {
            Ok(serving)
        })
        .await
        .unwrap()
    };
    node.ready().await;
    let client = connect(&node).await;
    Fixture {
        node,
        clock,
        serving,
        client,
    }
}

pub(super) async fn channel(node: &Node) -> Channel {
    let uri = format!("http://{}", node.control_address());
    Channel::from_shared(uri).unwrap().connect().await.unwrap()
}

pub(super) async fn connect(node: &Node) -> ControlClient<Channel> {
    ControlClient::new(channel(node).await)
}

impl Fixture {
    /// Applies resources in one generation, all of which must succeed.
    pub(super) async fn apply(&mut self, parent: u64, resources: &[Resource]) -> u64 {
        let generation = self.begin(parent, resources).await;
        for (step, resource) in (0..).zip(resources) {
            self.put(generation, step, resource).await.unwrap();
        }
        let finish = vimana_proto::control::v1::FinishApplyRequest {
            workspace: "acme".into(),
            generation,
        };
        self.client.finish_apply(finish).await.unwrap();
        generation
    }

    pub(super) async fn begin(&mut self, parent: u64, resources: &[Resource]) -> u64 {
        let request = begin(parent, resources.iter().map(put_step).collect());
        let response = self.client.begin_apply(request).await.unwrap();
        response.into_inner().generation
    }

    pub(super) async fn put(
        &mut self,
        generation: u64,
        step: u32,
        resource: &Resource,
    ) -> Result<ApplyStepResponse, tonic::Status> {
        let request = ApplyStepRequest {
            workspace: "acme".into(),
            generation,
            step,
            resource: Some(resource.clone()),
        };
        Ok(self.client.apply_step(request).await?.into_inner())
    }

    /// Stores content in two parts. Answers its digest.
    pub(super) async fn upload(&mut self, content: &[u8]) -> (Digest, u64) {
        let digest = Digest::of(content);
        let stored = upload(&mut self.client, digest, content).await.unwrap();
        (digest, stored)
    }
}

pub(super) async fn upload(
    client: &mut ControlClient<Channel>,
    digest: Digest,
    content: &[u8],
) -> Result<u64, tonic::Status> {
    let (first, second) = content.split_at(content.len() / 2);
    let parts = [
        UploadComponentRequest {
            digest: digest.to_string(),
            chunk: first.to_vec(),
        },
        UploadComponentRequest {
            digest: String::new(),
            chunk: second.to_vec(),
        },
    ];
    let response = client.upload_component(tokio_stream::iter(parts)).await?;
    Ok(response.into_inner().stored_bytes)
}

pub(super) fn begin(parent: u64, steps: Vec<PlannedStep>) -> BeginApplyRequest {
    BeginApplyRequest {
        workspace: "acme".into(),
        parent_generation: parent,
        steps,
        holder: "ada@host".into(),
        commit: String::new(),
        lease_duration: None,
    }
}

pub(super) fn put_step(resource: &Resource) -> PlannedStep {
    PlannedStep {
        action: StepAction::Put.into(),
        address: resource.address.clone(),
        digest: resource.digest.clone(),
        reason: "new".into(),
    }
}

pub(super) fn resource(kind: spec::Kind, dependencies: &[&Resource]) -> Resource {
    let spec = Spec::from(kind);
    Resource {
        address: spec.address().unwrap().to_string(),
        digest: spec.digest().to_string(),
        spec: Some(spec),
        origin: None,
        dependencies: dependencies
            .iter()
            .map(|dependency| dependency.address.clone())
            .collect(),
        generation: 0,
    }
}

pub(super) fn domain(name: &str) -> Resource {
    resource(
        spec::Kind::Domain(Domain {
            name: name.into(),
            ..Default::default()
        }),
        &[],
    )
}

/// All that serves one version: domain, interface, service, version, route.
pub(super) fn service(component: Digest, size_bytes: u64) -> [Resource; 5] {
    let domain = domain("a.com");
    let interface = resource(
        spec::Kind::Interface(Interface {
            service: SERVICE.into(),
            version: "1.0.0".into(),
            protobuf_service: "x.Y".into(),
            wit: "package x:y;".into(),
            file_descriptor_set: descriptors(),
            http_bindings: Vec::new(),
            comments: Vec::new(),
        }),
        &[],
    );
    let service = resource(
        spec::Kind::Service(Service {
            name: SERVICE.into(),
            id: "d7bd258f-46ff-4fb4-a02d-efa4d096f810".into(),
            domain: "a.com".into(),
            protobuf_service: "x.Y".into(),
            placement: Some(Placement::default()),
            limits: Some(Limits {
                memory_bytes: 1 << 20,
                timeout: Some(prost_types::Duration {
                    seconds: 2,
                    nanos: 0,
                }),
                message_bytes: 1 << 16,
                ..Default::default()
            }),
            ..Default::default()
        }),
        &[&domain],
    );
    let version = resource(
        spec::Kind::Version(Version {
            service: SERVICE.into(),
            version: "1.0.0".into(),
            component: Some(Component {
                digest: component.to_string(),
                size_bytes,
            }),
            interface_digest: interface.digest.clone(),
            ..Version::default()
        }),
        &[&interface, &service],
    );
    let route = resource(
        spec::Kind::Route(Route {
            service: SERVICE.into(),
            targets: vec![RouteTarget {
                version: "1.0.0".into(),
                weight: 100,
            }],
            ..Default::default()
        }),
        &[&service, &version],
    );
    [domain, interface, service, version, route]
}

fn descriptors() -> Vec<u8> {
    use prost::Message as _;
    use prost_types::{
        DescriptorProto, FileDescriptorProto, FileDescriptorSet, MethodDescriptorProto,
        ServiceDescriptorProto,
    };

    let method = MethodDescriptorProto {
        name: Some("Call".into()),
        input_type: Some(".x.M".into()),
        output_type: Some(".x.M".into()),
        ..MethodDescriptorProto::default()
    };
    let file = FileDescriptorProto {
        name: Some("x.proto".into()),
        package: Some("x".into()),
        syntax: Some("proto3".into()),
        message_type: vec![DescriptorProto {
            name: Some("M".into()),
            ..DescriptorProto::default()
        }],
        service: vec![ServiceDescriptorProto {
            name: Some("Y".into()),
            method: vec![method],
            ..ServiceDescriptorProto::default()
        }],
        ..FileDescriptorProto::default()
    };
    FileDescriptorSet { file: vec![file] }.encode_to_vec()
}

/// An answer to an HTTP/1.1 request.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The head, in lower case.
    pub(super) head: String,
    pub(super) body: serde_json::Value,
    /// The body as it came.
    pub(super) text: String,
}

/// Sends one request over a socket of its own.
pub(super) async fn http(
    address: SocketAddr,
    request_line: &str,
    headers: &[&str],
    body: &str,
) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let has_host = headers.iter().any(|header| header.starts_with("host:"));
    let host = if has_host {
        String::new()
    } else {
        format!("host: {address}\r\n")
    };
    let headers = headers.join("\r\n");
    let separator = if headers.is_empty() { "" } else { "\r\n" };
    let length = body.len();
    let request = format!(
        "{request_line} HTTP/1.1\r\nconnection: close\r\n{host}{headers}{separator}\
         content-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_ascii_lowercase(),
        body: serde_json::from_str(body).unwrap_or_default(),
        text: body.to_owned(),
    }
}

/// Fails a test instead of letting it hang.
pub(super) async fn within<T>(work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), work)
        .await
        .expect("this takes milliseconds; twenty seconds mean that it hangs")
}
