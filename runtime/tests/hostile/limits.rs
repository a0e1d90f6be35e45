//! How many requests run and wait, and what the others are told.

use std::time::Duration;

use http::{Request, StatusCode};
use prost::Message as _;
use tonic::{Code, Status};
use vimana_runtime::Limits;

use crate::client::{GrpcClient, http};
use crate::guests;
use crate::neighbour::{HOSTILE, HOSTILE_DOMAIN, Neighbour};
use crate::node::{LIMITS, Node, Version};

#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

/// A node whose hostile service runs one request, lets one wait, and never answers.
async fn full_node() -> (Node, Neighbour, GrpcClient) {
    let node = Node::start().await;
    let limits = Limits {
        timeout: Duration::from_secs(60),
        cpu_time: Duration::from_secs(60),
        concurrent_requests: 1,
        queue_length: 1,
        ..LIMITS
    };
    let version = Version::new("1.0.0", guests::never_returns(), 1);
    node.put(HOSTILE, limits, vec![version]).await;
    let neighbour = Neighbour::beside(&node).await;
    let client = GrpcClient::connect_as(&node, HOSTILE_DOMAIN).await;
    (node, neighbour, client)
}

/// The first refusal among calls, of which two at most are not refused at once.
async fn refusal(client: &GrpcClient) -> Status {
    let calls = (0..3).map(|_| {
        let client = client.clone();
        Box::pin(async move { client.say_hello("x").await.unwrap_err() })
    });
    futures::future::select_all(calls).await.0
}

#[tokio::test]
async fn a_request_over_the_queue_is_refused_with_a_hint() {
    let (_node, neighbour, client) = full_node().await;
    let status = refusal(&client).await;
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(
        status.message(),
        "bar.FooService/SayHello: the service has as many requests as it takes at once"
    );
    let pushback = status.metadata().get("grpc-retry-pushback-ms").unwrap();
    let millis: u64 = pushback.to_str().unwrap().parse().unwrap();
    let details = RpcStatus::decode(status.details()).unwrap().details;
    assert_eq!(
        details[0].type_url,
        "type.googleapis.com/google.rpc.RetryInfo"
    );
    let info = RetryInfo::decode(&*details[0].value).unwrap();
    let delay = Duration::try_from(info.retry_delay.unwrap()).unwrap();
    assert_eq!(delay, Duration::from_millis(millis));
    neighbour.keeps_answering(20).await;
}

#[tokio::test]
async fn over_http_the_hint_is_a_header() {
    let (node, _neighbour, client) = full_node().await;
    let held: Vec<_> = (0..2)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.say_hello("x").await })
        })
        .collect();
    // The two are there once a third one is refused.
    refusal(&client).await;
    let request = Request::get("/say-hi")
        .header("host", HOSTILE_DOMAIN)
        .body(http_body_util::Full::default())
        .unwrap();
    let response = http(&node, request).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let after = response.headers()["retry-after"].to_str().unwrap();
    assert!(after.parse::<u64>().unwrap() >= 1);
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn who_hangs_up_makes_room() {
    let (_node, neighbour, client) = full_node().await;
    assert_eq!(refusal(&client).await.code(), Code::Unavailable);
    // The two that were not refused have hung up. A call is refused until the node
    // knows of it, and after that waits until its own deadline.
    loop {
        let mut request = tonic::Request::new(crate::client::request("x"));
        request.set_timeout(Duration::from_secs(1));
        let status = client.call(request).await.unwrap_err();
        if status.code() != Code::Unavailable {
            break;
        }
        neighbour.answers().await;
    }
}

#[tokio::test]
async fn requests_and_responses_have_limits_of_their_own() {
    let node = Node::start().await;
    let limits = Limits {
        request_bytes: 100,
        response_bytes: 50,
        ..LIMITS
    };
    let version = Version::new("1.0.0", crate::guest::echo(), 1);
    node.put(HOSTILE, limits, vec![version]).await;
    let client = GrpcClient::connect_as(&node, HOSTILE_DOMAIN).await;
    assert!(client.say_hello(&"x".repeat(40)).await.is_ok());
    let large = client.say_hello(&"x".repeat(80)).await.unwrap_err();
    assert_eq!(
        large.message(),
        "bar.FooService/SayHello: the response is larger than 50 bytes"
    );
    let larger = client.say_hello(&"x".repeat(200)).await.unwrap_err();
    assert_eq!(larger.code(), Code::ResourceExhausted);
    assert_eq!(
        larger.message(),
        "bar.FooService/SayHello: the request is larger than 100 bytes"
    );
}
