//! `grpc.health.v1`, as clients of gRPC ask for it.

use std::sync::Arc;

use tonic::Code;
use tonic::client::Grpc;
use tonic_prost::ProstCodec;
use vimana_proto::health::health_check_response::ServingStatus;
use vimana_proto::health::{
    HealthCheckRequest, HealthCheckResponse, HealthListRequest, HealthListResponse,
};
use vimana_runtime::Serving as _;

use crate::client::channel;
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "bar.FooService";

struct HealthClient(Grpc<tonic::transport::Channel>);

impl HealthClient {
    async fn connect(node: &Node, authority: &str) -> Self {
        Self(Grpc::new(channel(node, authority).await))
    }

    async fn check(&mut self, service: &str) -> Result<ServingStatus, Code> {
        self.0.ready().await.unwrap();
        let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Check");
        let codec = ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
        let response = self.0.unary(request(service), path, codec).await;
        response
            .map(|response| response.get_ref().status())
            .map_err(|status| status.code())
    }

    async fn list(&mut self) -> Vec<(String, ServingStatus)> {
        self.0.ready().await.unwrap();
        let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/List");
        let codec = ProstCodec::<HealthListRequest, HealthListResponse>::default();
        let request = tonic::Request::new(HealthListRequest {});
        let response = self.0.unary(request, path, codec).await.unwrap();
        let statuses = response.into_inner().statuses.into_iter();
        statuses
            .map(|(name, answer)| (name, answer.status()))
            .collect()
    }

    async fn watch(&mut self, service: &str) -> tonic::Streaming<HealthCheckResponse> {
        self.0.ready().await.unwrap();
        let path = http::uri::PathAndQuery::from_static("/grpc.health.v1.Health/Watch");
        let codec = ProstCodec::<HealthCheckRequest, HealthCheckResponse>::default();
        let response = self.0.server_streaming(request(service), path, codec).await;
        response.unwrap().into_inner()
    }
}

fn request(service: &str) -> tonic::Request<HealthCheckRequest> {
    tonic::Request::new(HealthCheckRequest {
        service: service.to_owned(),
    })
}

async fn next(stream: &mut tonic::Streaming<HealthCheckResponse>) -> ServingStatus {
    stream.message().await.unwrap().unwrap().status()
}

#[tokio::test]
async fn a_service_is_known_and_serving_once_a_version_with_traffic_is_ready() {
    let node = Node::start().await;
    let mut client = HealthClient::connect(&node, "example.com").await;
    assert_eq!(client.check("").await, Ok(ServingStatus::Serving));
    assert_eq!(client.check(FOO).await, Err(Code::NotFound));

    // Published, and not made ready.
    let version = Version::new("1.0.0", guest::echo(), 1);
    let entry = node.entry("example.com:bar.FooService", LIMITS, vec![version]);
    let slot = Arc::clone(entry.versions.values().next().unwrap());
    node.publish(entry);
    assert_eq!(client.check(FOO).await, Ok(ServingStatus::NotServing));
    node.plane.prepare_version(&slot).await.unwrap();
    assert_eq!(client.check(FOO).await, Ok(ServingStatus::Serving));

    let names: Vec<_> = client.list().await;
    assert!(names.contains(&(FOO.to_owned(), ServingStatus::Serving)));
    assert!(names.contains(&(String::new(), ServingStatus::Serving)));
}

#[tokio::test]
async fn the_node_as_a_whole_waits_for_what_was_applied_before() {
    let node = Node::start().await;
    let mut client = HealthClient::connect(&node, "example.com").await;
    node.plane.set_restoring(true);
    assert_eq!(client.check("").await, Ok(ServingStatus::NotServing));
    let mut watch = client.watch("").await;
    assert_eq!(next(&mut watch).await, ServingStatus::NotServing);
    node.plane.set_restoring(false);
    assert_eq!(next(&mut watch).await, ServingStatus::Serving);
}

#[tokio::test]
async fn a_service_is_that_of_the_domain_that_is_named() {
    let node = Node::serving(guest::echo()).await;
    let mut there = HealthClient::connect(&node, "example.com").await;
    assert_eq!(there.check(FOO).await, Ok(ServingStatus::Serving));
    let version = Version::new("1.0.0", guest::echo(), 1);
    node.put("other.com:bar.FooService", LIMITS, vec![version])
        .await;
    let mut nowhere = HealthClient::connect(&node, "nowhere.example").await;
    assert_eq!(nowhere.check(FOO).await, Err(Code::InvalidArgument));
}

#[tokio::test]
async fn a_service_without_traffic_does_not_serve() {
    let node = Node::start().await;
    let version = Version::new("1.0.0", guest::echo(), 0);
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    let mut client = HealthClient::connect(&node, "example.com").await;
    assert_eq!(client.check(FOO).await, Ok(ServingStatus::NotServing));
}

#[tokio::test]
async fn a_watch_tells_of_every_change_and_ends_with_the_node() {
    let node = Node::start().await;
    let mut client = HealthClient::connect(&node, "example.com").await;
    let mut watch = client.watch(FOO).await;
    assert_eq!(next(&mut watch).await, ServingStatus::ServiceUnknown);

    let version = Version::new("1.0.0", guest::echo(), 1);
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    assert_eq!(next(&mut watch).await, ServingStatus::Serving);
    node.remove("example.com:bar.FooService");
    assert_eq!(next(&mut watch).await, ServingStatus::ServiceUnknown);

    let stopped = tokio::spawn(node.stop());
    assert_eq!(next(&mut watch).await, ServingStatus::NotServing);
    assert_eq!(watch.message().await.unwrap_err().code(), Code::Unavailable);
    drop((watch, client));
    stopped.await.unwrap();
}
