//! Which version of which service a request reaches.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tonic::Code;
use vimana_proto::{Address, Kind};
use vimana_runtime::data_plane::Selector;
use vimana_runtime::{Health, Serving as _};

use crate::client::{GrpcClient, get, request};
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

/// Takes one place after another.
fn in_turn() -> Selector {
    let next = AtomicU64::new(0);
    Box::new(move |total| next.fetch_add(1, Ordering::Relaxed) % total)
}

#[tokio::test]
async fn traffic_is_split_by_weight() {
    let node = Node::start_in(tempfile::tempdir().unwrap(), in_turn()).await;
    let versions = vec![
        Version::new("1.1.0", guest::answers("new"), 1),
        Version::new("1.0.0", guest::answers("old"), 9),
        Version::new("0.9.0", guest::answers("idle"), 0),
    ];
    node.put(FOO, LIMITS, versions).await;
    let client = GrpcClient::connect(&node).await;
    let (mut old, mut new) = (0, 0);
    for turn in 0..100 {
        let text = if turn % 2 == 0 {
            client.say_hello("").await.unwrap()
        } else {
            let (_, body) = get(&node, "example.com", "/say-hi").await;
            body["text"].as_str().unwrap().to_owned()
        };
        match text.as_str() {
            "old" => old += 1,
            "new" => new += 1,
            other => panic!("`{other}` takes no traffic"),
        }
    }
    assert_eq!((old, new), (90, 10));
}

#[tokio::test]
async fn a_method_that_one_version_has_is_served_by_that_version() {
    let node = Node::start_in(tempfile::tempdir().unwrap(), in_turn()).await;
    let mut canary = Version::new("1.1.0", guest::answers("new"), 1);
    canary.proto = guest::proto("").replace("\"/say-hi\"", "\"/say-hi-there\"");
    let old = Version::new("1.0.0", guest::answers("old"), 9);
    node.put(FOO, LIMITS, vec![old, canary]).await;
    for _ in 0..10 {
        let (_, body) = get(&node, "example.com", "/say-hi-there").await;
        assert_eq!(body["text"], "new");
        let (_, body) = get(&node, "example.com", "/say-hi").await;
        assert_eq!(body["text"], "old");
    }
}

#[tokio::test]
async fn a_host_names_the_domain() {
    let node = Node::start().await;
    for domain in ["a.example", "b.example"] {
        let version = Version::new("1.0.0", guest::answers(domain), 1);
        node.put(&format!("{domain}:bar.FooService"), LIMITS, vec![version])
            .await;
    }
    for (host, domain) in [("a.example", "a.example"), ("B.Example:80", "b.example")] {
        let client = GrpcClient::connect_as(&node, host).await;
        assert_eq!(client.say_hello("").await.unwrap(), domain);
        let (_, body) = get(&node, host, "/say-hi").await;
        assert_eq!(body["text"], domain);
    }
}

#[tokio::test]
async fn a_host_that_is_no_domain_reaches_what_one_domain_alone_claims() {
    let node = Node::start().await;
    let version = || vec![Version::new("1.0.0", guest::echo(), 1)];
    node.put("a.example:bar.FooService", LIMITS, version())
        .await;
    let client = GrpcClient::connect(&node).await;
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
    let (status, body) = get(&node, "127.0.0.1:8080", "/say-hi?name=Ada").await;
    assert_eq!((status.as_u16(), &body["text"]), (200, &"Ada".into()));

    node.put("b.example:bar.FooService", LIMITS, version())
        .await;
    let status = client.say_hello("Ada").await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(
        status.message().ends_with("one of a.example, b.example"),
        "{status}"
    );
    let (status, body) = get(&node, "localhost", "/say-hi").await;
    assert_eq!((status.as_u16(), &body["code"]), (421, &3.into()));
    let message = body["message"].as_str().unwrap();
    assert!(
        message.ends_with("one of a.example, b.example"),
        "{message}"
    );

    node.remove("a.example:bar.FooService");
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
}

#[tokio::test]
async fn a_domain_does_not_lend_its_services_to_another() {
    let node = Node::start().await;
    let echo = Version::new("1.0.0", guest::echo(), 1);
    node.put("a.example:bar.FooService", LIMITS, vec![echo])
        .await;
    let mut other = Version::new("1.0.0", guest::echo(), 1);
    other.proto = guest::proto("")
        .replace("FooService", "Other")
        .replace("/say-hi", "/other");
    node.put("b.example:bar.Other", LIMITS, vec![other]).await;
    let client = GrpcClient::connect_as(&node, "b.example").await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let (status, _) = get(&node, "b.example", "/say-hi").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_service_without_a_route_takes_no_traffic() {
    let node = Node::start().await;
    let version = Version::new("1.0.0", guest::echo(), 0);
    node.put(FOO, LIMITS, vec![version]).await;
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
    let (status, _) = get(&node, "example.com", "/say-hi").await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_version_is_healthy_when_it_is_ready() {
    let node = Node::start().await;
    let entry = node.entry(FOO, LIMITS, vec![Version::new("1.0.0", guest::echo(), 1)]);
    let version = Arc::clone(entry.versions.values().next().unwrap());
    let address = Address::new(Kind::Version, &version.name);
    node.publish(entry);
    assert_eq!(node.plane.health(&address), Health::Pending);

    // A request waits for the version.
    let client = GrpcClient::connect(&node).await;
    let waiting = tokio::spawn(async move { client.say_hello("Ada").await });
    node.plane.prepare_version(&version).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap(), "Ada");
    assert_eq!(
        node.plane.health(&address),
        Health::Healthy {
            digest: version.digest
        }
    );
    node.remove(FOO);
    assert!(matches!(
        node.plane.health(&address),
        Health::Unhealthy { .. }
    ));
}

#[tokio::test]
async fn a_version_that_cannot_serve_says_why() {
    let node = Node::start().await;
    let mut version = Version::new("1.0.0", guest::echo(), 1);
    version.proto = guest::proto("rpc Missing(Ping) returns (Ping);");
    let entry = node.entry(FOO, LIMITS, vec![version]);
    let version = Arc::clone(entry.versions.values().next().unwrap());
    let error = node.plane.prepare_version(&version).await.unwrap_err();
    assert_eq!(error.reason, "the component exports no function `missing`");
    node.publish(entry);
    let address = Address::new(Kind::Version, &version.name);
    assert_eq!(
        node.plane.health(&address),
        Health::Unhealthy {
            reason: error.reason
        }
    );
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(
        (status.code(), status.message()),
        (
            Code::Unavailable,
            "bar.FooService/SayHello: the service is not ready"
        )
    );
}

#[tokio::test]
async fn a_changed_version_serves_the_next_request() {
    let node = Node::serving(guest::echo()).await;
    let client = GrpcClient::connect(&node).await;
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
    let next = Version::new("1.0.0", guest::answers("next"), 1);
    node.put(FOO, LIMITS, vec![next]).await;
    assert_eq!(client.say_hello("Ada").await.unwrap(), "next");
    let status = client
        .call_path("/bar.FooService/Nothing", tonic::Request::new(request("")))
        .await
        .unwrap_err();
    assert_eq!(status.code(), Code::Unimplemented);
}
