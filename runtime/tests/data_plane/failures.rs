//! What callers are told when a guest fails, and that nobody else suffers.

use std::time::Duration;

use prost::Message as _;
use tonic::Code;
use vimana_runtime::Limits;

use crate::client::{GrpcClient, bare_grpc, bare_grpc_with, get, request};
use crate::guest;
use crate::node::{LIMITS, Node, Version};

async fn failure(component: Vec<u8>, limits: Limits) -> (Code, String) {
    let node = Node::limited(component, limits).await;
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("Ada").await.unwrap_err();
    (status.code(), status.message().to_owned())
}

#[tokio::test]
async fn a_trap_is_internal_and_tells_nothing_of_the_guest() {
    assert_eq!(
        failure(guest::trap(), LIMITS).await,
        (
            Code::Internal,
            "bar.FooService/SayHello: the service failed".to_owned()
        )
    );
}

#[tokio::test]
async fn a_memory_hog_is_resource_exhausted_with_its_limit() {
    assert_eq!(
        failure(guest::hog(), LIMITS).await,
        (
            Code::ResourceExhausted,
            "bar.FooService/SayHello: the service ran out of memory (limit 8 MiB)".to_owned()
        )
    );
}

#[tokio::test]
async fn a_guest_whose_first_memory_is_over_the_limit_is_resource_exhausted() {
    let limits = Limits {
        memory_bytes: 1000,
        ..LIMITS
    };
    assert_eq!(
        failure(guest::echo(), limits).await,
        (
            Code::ResourceExhausted,
            "bar.FooService/SayHello: the service ran out of memory (limit 1000 bytes)".to_owned()
        )
    );
}

#[tokio::test]
async fn an_endless_loop_ends_with_the_time_limit_of_the_service() {
    let limits = Limits {
        timeout: Duration::from_millis(50),
        ..LIMITS
    };
    assert_eq!(
        failure(guest::spin(), limits).await,
        (
            Code::DeadlineExceeded,
            "bar.FooService/SayHello: the deadline has passed".to_owned()
        )
    );
}

#[tokio::test]
async fn an_endless_loop_ends_with_the_time_limit_of_the_caller() {
    let node = Node::serving(guest::spin()).await;
    let headers = bare_grpc(&node, &[("grpc-timeout", "50m")]).await;
    assert_eq!(headers["grpc-status"], "4");
    assert_eq!(
        headers["grpc-message"],
        "bar.FooService/SayHello:%20the%20deadline%20has%20passed"
    );
}

#[tokio::test]
async fn a_timeout_that_is_none_is_an_invalid_argument() {
    let node = Node::serving(guest::echo()).await;
    let headers = bare_grpc(&node, &[("grpc-timeout", "soon")]).await;
    assert_eq!(headers["grpc-status"], "3");
}

/// gRPC's table of status codes (`doc/statuscodes.md`).
#[tokio::test]
async fn a_message_that_is_no_protobuf_is_an_internal_error() {
    let node = Node::serving(guest::echo()).await;
    // A frame of two bytes: a string of five that has none.
    let headers = bare_grpc_with(&node, &[], &[0, 0, 0, 0, 2, 0x0a, 5]).await;
    assert_eq!(headers["grpc-status"], "13");
    let message = headers["grpc-message"].to_str().unwrap();
    assert!(message.contains("cannot%20be%20read"), "{message}");
}

/// On one thread, where a guest that kept it would stop everything.
#[tokio::test(flavor = "current_thread")]
async fn neighbours_are_served_during_an_endless_loop() {
    let node = Node::start().await;
    let spinning = Limits {
        timeout: Duration::from_secs(2),
        ..LIMITS
    };
    let spin = Version::new("1.0.0", guest::spin(), 1);
    node.put("spin.example:bar.FooService", spinning, vec![spin])
        .await;
    let echo = Version::new("1.0.0", guest::echo(), 1);
    node.put("echo.example:bar.FooService", LIMITS, vec![echo])
        .await;
    let endless = GrpcClient::connect_as(&node, "spin.example").await;
    let loops: Vec<_> = (0..3)
        .map(|_| {
            let endless = endless.clone();
            tokio::spawn(async move { endless.say_hello("").await })
        })
        .collect();
    let neighbour = GrpcClient::connect_as(&node, "echo.example").await;
    for _ in 0..10 {
        assert_eq!(neighbour.say_hello("Ada").await.unwrap(), "Ada");
    }
    assert!(loops.iter().all(|task| !task.is_finished()));
    for task in loops {
        let status = task.await.unwrap().unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn a_status_of_the_guest_arrives_with_message_and_details() {
    let node = Node::serving(guest::not_found()).await;
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (Code::NotFound, "no shelf")
    );
    let details = RpcStatus::decode(status.details()).unwrap();
    assert_eq!((details.code, &*details.message), (5, "no shelf"));
    let [detail] = details.details.as_slice() else {
        panic!("one detail: {details:?}");
    };
    assert_eq!(detail.type_url, "type.googleapis.com/bar.Ping");
    assert_eq!(detail.value, b"no");

    let (http, body) = get(&node, "example.com", "/say-hi").await;
    assert_eq!(http, 404);
    assert_eq!(body["code"], 5);
    assert_eq!(body["message"], "no shelf");
    assert_eq!(body["details"][0]["@type"], "type.googleapis.com/bar.Ping");
}

#[tokio::test]
async fn messages_over_the_limit_are_resource_exhausted() {
    let node = Node::serving(guest::echo()).await;
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello(&"x".repeat(1 << 20)).await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (
            Code::ResourceExhausted,
            "bar.FooService/SayHello: the request is larger than 1 MiB"
        )
    );
    let almost = "x".repeat((1 << 20) - 10);
    assert_eq!(client.say_hello(&almost).await.unwrap(), almost);

    let node = Node::serving(guest::large_answer()).await;
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (
            Code::ResourceExhausted,
            "bar.FooService/SayHello: the response is larger than 1 MiB"
        )
    );
}

#[tokio::test]
async fn what_is_not_served_is_unimplemented() {
    let node = Node::start().await;
    let version = Version::new("1.0.0", guest::echo(), 1);
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    let client = GrpcClient::connect(&node).await;
    let message = async |path| {
        let request = tonic::Request::new(request(""));
        let status = client.call_path(path, request).await.unwrap_err();
        assert_eq!(status.code(), Code::Unimplemented, "{path}");
        status.message().to_owned()
    };
    assert_eq!(
        message("/bar.FooService/Nothing").await,
        "service `bar.FooService` has no method `Nothing`"
    );
    assert!(
        message("/bar.Nothing/SayHello")
            .await
            .starts_with("no service `bar.Nothing` is served here")
    );
}

/// `google.rpc.Status`.
#[derive(Clone, PartialEq, prost::Message)]
struct RpcStatus {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
    #[prost(message, repeated, tag = "3")]
    details: Vec<prost_types::Any>,
}
