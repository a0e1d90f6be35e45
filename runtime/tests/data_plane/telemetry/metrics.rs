//! The counters of requests.

use std::collections::BTreeMap;

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use http::{HeaderMap, Method, Request};
use http_body_util::Full;
use tonic::Code;
use vimana_runtime::{Limits, MetricsFormat, Serving as _};

use crate::client::{GrpcClient, bare_grpc, get, http, send};
use crate::guest;
use crate::node::{LIMITS, Node, Version};
use crate::streams::client::{Client, CountRequest, all, number};
use crate::streams::serve_streams;

const FOO: &str = "example.com:bar.FooService";

/// The samples of `/metrics`, by name and labels.
fn samples(node: &Node) -> BTreeMap<String, f64> {
    let text = node.plane.metrics().render(MetricsFormat::Prometheus);
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), value.parse().unwrap())
        })
        .collect()
}

fn sample(node: &Node, name: &str) -> Option<f64> {
    samples(node).get(name).copied()
}

/// How many requests of version 1.0.0 ended with a code.
fn ended(node: &Node, protocol: &str, code: &str) -> Option<f64> {
    let labels = labels("1.0.0", "SayHello", protocol);
    sample(
        node,
        &format!("vimana_requests_total{{{labels},code=\"{code}\"}}"),
    )
}

fn labels(version: &str, method: &str, protocol: &str) -> String {
    format!("service=\"{FOO}\",version=\"{version}\",method=\"{method}\",protocol=\"{protocol}\"")
}

fn stream_labels(method: &str) -> String {
    labels("1.0.0", method, "grpc").replace("bar.FooService", "streams.v1.StreamService")
}

async fn web(node: &Node, content_type: &str, body: impl Into<Bytes>) -> http::Response<Bytes> {
    let request = Request::post("/bar.FooService/SayHello")
        .header("host", "example.com")
        .header("content-type", content_type)
        .body(Full::new(body.into()))
        .unwrap();
    http(node, request).await
}

#[tokio::test]
async fn a_request_is_counted_by_its_protocol_and_code() {
    let node = Node::serving(guest::echo()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap();
    client.say_hello("").await.unwrap();
    get(&node, "example.com", "/say-hi").await;
    web(&node, "application/grpc-web+proto", vec![0; 5]).await;
    web(&node, "application/proto", vec![]).await;
    for (protocol, count) in [
        ("grpc", 2.0),
        ("json", 1.0),
        ("grpc-web", 1.0),
        ("connect", 1.0),
    ] {
        assert_eq!(ended(&node, protocol, "OK"), Some(count), "{protocol}");
        let labels = labels("1.0.0", "SayHello", protocol);
        let in_flight = format!("vimana_requests_in_flight{{{labels}}}");
        assert_eq!(sample(&node, &in_flight), Some(0.0), "{protocol}");
        let durations = format!("vimana_request_duration_seconds_sum{{{labels},code=\"OK\"}}");
        assert!(sample(&node, &durations) > Some(0.0), "{protocol}");
    }
    let errors = samples(&node);
    assert!(
        !errors
            .keys()
            .any(|name| name.starts_with("vimana_request_errors"))
    );
}

#[tokio::test]
async fn what_a_guest_says_and_what_it_fails_with_are_told_apart() {
    let node = Node::serving(guest::not_found()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    get(&node, "example.com", "/say-hi").await;
    let errors = |protocol, code| {
        let labels = labels("1.0.0", "SayHello", protocol);
        format!("vimana_request_errors_total{{{labels},code=\"{code}\"}}")
    };
    for protocol in ["grpc", "json"] {
        assert_eq!(ended(&node, protocol, "NOT_FOUND"), Some(1.0));
        assert_eq!(sample(&node, &errors(protocol, "NOT_FOUND")), None);
    }
    node.put(FOO, LIMITS, vec![Version::new("1.0.0", guest::trap(), 1)])
        .await;
    client.say_hello("").await.unwrap_err();
    assert_eq!(ended(&node, "grpc", "INTERNAL"), Some(1.0));
    assert_eq!(sample(&node, &errors("grpc", "INTERNAL")), Some(1.0));
}

#[tokio::test]
async fn what_never_reaches_the_guest_is_counted_as_well() {
    let limits = Limits {
        request_bytes: 100,
        response_bytes: 10,
        ..LIMITS
    };
    let node = Node::limited(guest::echo(), limits).await;
    let client = GrpcClient::connect(&node).await;
    // Too large to be read, and too large to be written.
    client.say_hello(&"a".repeat(200)).await.unwrap_err();
    client.say_hello(&"a".repeat(50)).await.unwrap_err();
    assert_eq!(ended(&node, "grpc", "RESOURCE_EXHAUSTED"), Some(2.0));
    bare_grpc(&node, &[("grpc-timeout", "soon")]).await;
    assert_eq!(ended(&node, "grpc", "INVALID_ARGUMENT"), Some(1.0));
    bare_grpc(&node, &[("grpc-encoding", "br")]).await;
    assert_eq!(ended(&node, "grpc", "UNIMPLEMENTED"), Some(1.0));
    send(&node, Method::POST, "example.com", "/say-hi", "{").await;
    assert_eq!(ended(&node, "json", "INVALID_ARGUMENT"), Some(1.0));
    let large = format!("{{\"name\":\"{}\"}}", "a".repeat(50));
    send(&node, Method::POST, "example.com", "/say-hi", &large).await;
    assert_eq!(ended(&node, "json", "RESOURCE_EXHAUSTED"), Some(1.0));
    web(&node, "application/proto", vec![255]).await;
    assert_eq!(ended(&node, "connect", "INVALID_ARGUMENT"), Some(1.0));
    web(&node, "application/json", large).await;
    assert_eq!(ended(&node, "connect", "RESOURCE_EXHAUSTED"), Some(1.0));
}

#[tokio::test]
async fn a_request_that_takes_too_long_ends_by_the_clock() {
    let node = Node::serving(guest::spin()).await;
    bare_grpc(&node, &[("grpc-timeout", "50m")]).await;
    assert_eq!(ended(&node, "grpc", "DEADLINE_EXCEEDED"), Some(1.0));
}

#[tokio::test]
async fn a_request_that_waits_is_in_flight_and_one_without_room_is_refused() {
    let limits = Limits {
        concurrent_requests: 1,
        queue_length: 0,
        ..LIMITS
    };
    let node = Node::limited(guest::spin(), limits).await;
    let labels = labels("1.0.0", "SayHello", "grpc");
    let first = GrpcClient::connect(&node).await;
    let running = tokio::spawn(async move { first.say_hello("").await });
    while node
        .plane
        .metrics()
        .render(MetricsFormat::Prometheus)
        .lines()
        .all(|line| line != "vimana_guests 1")
    {
        tokio::task::yield_now().await;
    }
    let in_flight = format!("vimana_requests_in_flight{{{labels}}}");
    assert_eq!(sample(&node, &in_flight), Some(1.0));
    let client = GrpcClient::connect(&node).await;
    let refused = client.say_hello("").await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable);
    let refusals = format!("vimana_requests_refused_total{{{labels}}}");
    assert_eq!(sample(&node, &refusals), Some(1.0));
    assert_eq!(ended(&node, "grpc", "UNAVAILABLE"), Some(1.0));

    // Its client goes away.
    running.abort();
    while ended(&node, "grpc", "CANCELLED").is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(sample(&node, &in_flight), Some(0.0));
}

#[tokio::test]
async fn messages_of_streams_are_counted_in_their_direction() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let count = CountRequest {
        to: 100,
        batch: 7,
        ..CountRequest::default()
    };
    let counting = client.count(count).await.unwrap().into_inner();
    assert_eq!(all(counting).await.0.len(), 100);
    client.sum(stream::iter((0..30).map(number))).await.unwrap();
    let counted = |name: &str, method| {
        sample(
            &node,
            &format!("vimana_messages_{name}_total{{{}}}", stream_labels(method)),
        )
    };
    assert_eq!(counted("sent", "Count"), Some(100.0));
    assert_eq!(counted("received", "Count"), Some(0.0));
    assert_eq!(counted("received", "Sum"), Some(30.0));
    assert_eq!(counted("sent", "Sum"), Some(0.0));
    for method in ["Count", "Sum"] {
        let name = format!(
            "vimana_requests_total{{{},code=\"OK\"}}",
            stream_labels(method)
        );
        assert_eq!(sample(&node, &name), Some(1.0), "{method}");
    }
}

#[tokio::test]
async fn a_stream_is_in_flight_until_it_ends() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let endless = CountRequest {
        to: 1_000_000,
        batch: 1,
        ..CountRequest::default()
    };
    let mut counting = client.count(endless).await.unwrap().into_inner();
    counting.next().await.unwrap().unwrap();
    let in_flight = format!("vimana_requests_in_flight{{{}}}", stream_labels("Count"));
    assert_eq!(sample(&node, &in_flight), Some(1.0));
    drop(counting);
    let cancelled = format!(
        "vimana_requests_total{{{},code=\"CANCELLED\"}}",
        stream_labels("Count")
    );
    while sample(&node, &cancelled).is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(sample(&node, &in_flight), Some(0.0));
}

#[tokio::test]
async fn each_version_has_its_own_series_and_takes_them_along() {
    let selector = Box::new({
        let next = std::sync::atomic::AtomicU64::new(0);
        move |total| next.fetch_add(1, std::sync::atomic::Ordering::Relaxed) % total
    });
    let node = Node::start_in(tempfile::tempdir().unwrap(), selector).await;
    let versions = |old| {
        vec![
            Version::new("1.0.0", guest::answers("old"), old),
            Version::new("1.1.0", guest::answers("new"), 1),
        ]
    };
    node.put(FOO, LIMITS, versions(3)).await;
    let client = GrpcClient::connect(&node).await;
    for _ in 0..8 {
        client.say_hello("").await.unwrap();
    }
    let of = |version| {
        let labels = labels(version, "SayHello", "grpc");
        sample(
            &node,
            &format!("vimana_requests_total{{{labels},code=\"OK\"}}"),
        )
    };
    assert_eq!((of("1.0.0"), of("1.1.0")), (Some(6.0), Some(2.0)));
    assert_eq!(sample(&node, "vimana_versions"), Some(2.0));

    node.put(FOO, LIMITS, versions(3).split_off(1)).await;
    assert_eq!((of("1.0.0"), of("1.1.0")), (None, Some(2.0)));
    node.remove(FOO);
    assert_eq!(of("1.1.0"), None);
    assert_eq!(sample(&node, "vimana_services"), Some(0.0));
}

#[tokio::test]
async fn a_shadow_is_counted_as_the_version_that_it_is() {
    let node = Node::start().await;
    let versions = || {
        vec![
            Version::new("1.0.0", guest::echo(), 1),
            Version::new("1.1.0", guest::echo(), 0),
        ]
    };
    node.put(FOO, LIMITS, versions()).await;
    let mut entry = node.entry(FOO, LIMITS, versions());
    entry.shadows = vec!["1.1.0".parse().unwrap()];
    node.publish(entry);
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap();
    let shadow = format!(
        "vimana_requests_total{{{},code=\"OK\"}}",
        labels("1.1.0", "SayHello", "grpc")
    );
    while sample(&node, &shadow).is_none() {
        tokio::task::yield_now().await;
    }
    assert_eq!(ended(&node, "grpc", "OK"), Some(1.0));
    // A name that clients choose makes no series.
    let unknown = crate::client::http2(&node, "/bar.FooService/Nope", HeaderMap::new(), "").await;
    assert_ne!(unknown.status(), 200);
    assert!(samples(&node).keys().all(|name| !name.contains("Nope")));
}
