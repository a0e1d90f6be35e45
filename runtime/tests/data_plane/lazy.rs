//! More versions than are kept ready to be called.

use std::num::NonZeroU32;
use std::sync::Arc;

use bytes::Bytes;
use futures::future::try_join_all;
use http::Request;
use http_body_util::Full;
use serde_json::Value;
use tonic::Code;
use vimana_proto::{Address, Kind};
use vimana_runtime::{Health, Serving as _, VersionEntry};

use crate::client::{GrpcClient, http};
use crate::guest;
use crate::node::{KEPT, LIMITS, Node, Version};
use crate::stateful;

/// Twice as many as may wait at any time.
const SERVICES: usize = 3 * KEPT.get();

fn domain(index: usize) -> String {
    format!("service-{index}.example")
}

/// A version with a component and an interface of its own.
fn version(index: usize, component: Vec<u8>) -> Version<'static> {
    let mut version = Version::new("1.0.0", component, 1);
    version.proto = format!("{}\nmessage Own{index} {{}}", guest::proto(""));
    version
}

/// Services that answer with their domain.
async fn node() -> Node {
    let node = Node::start().await;
    for index in 0..SERVICES {
        let name = format!("{}:bar.FooService", domain(index));
        let component = guest::answers(&domain(index));
        node.put(&name, LIMITS, vec![version(index, component)])
            .await;
    }
    node
}

async fn over_json(node: &Node, index: usize) -> (u16, Value) {
    let request = Request::get("/say-hi")
        .header("host", domain(index))
        .body(Full::new(Bytes::new()))
        .unwrap();
    let response = http(node, request).await;
    let body = serde_json::from_slice(response.body()).unwrap_or_default();
    (response.status().as_u16(), body)
}

#[tokio::test]
async fn all_answer_whichever_are_ready() {
    let node = node().await;
    for _ in 0..2 {
        for index in 0..SERVICES {
            let client = GrpcClient::connect_as(&node, &domain(index)).await;
            assert_eq!(client.say_hello("").await.unwrap(), domain(index));
        }
        for index in 0..SERVICES {
            let (status, body) = over_json(&node, index).await;
            assert_eq!(status, 200, "{body}");
            assert_eq!(body["text"], domain(index));
        }
    }
}

#[tokio::test]
async fn a_browser_may_ask_before_it_calls_one_that_is_not_ready() {
    let node = node().await;
    for index in 0..SERVICES {
        let request = Request::options("/say-hi")
            .header("host", domain(index))
            .header("origin", "https://app.example")
            .header("access-control-request-method", "GET")
            .body(Full::new(Bytes::new()))
            .unwrap();
        // No service lets other origins in, which it says however ready it is.
        assert_eq!(http(&node, request).await.status(), 403);
        let request = Request::delete("/say-hi")
            .header("host", domain(index))
            .body(Full::new(Bytes::new()))
            .unwrap();
        assert_eq!(http(&node, request).await.status(), 405);
    }
}

/// Instances that wait go with their version, which is how it shows.
#[tokio::test]
async fn those_that_were_not_called_for_long_are_let_go() {
    let node = Node::start().await;
    let mut clients = Vec::new();
    for index in 0..SERVICES {
        let name = format!("{}:bar.FooService", domain(index));
        let mut entry = node.entry(&name, LIMITS, vec![version(index, counter(index))]);
        entry.requests_per_instance = NonZeroU32::new(1000).unwrap();
        for version in entry.versions.values() {
            node.plane.prepare_version(version).await.unwrap();
        }
        node.publish(entry);
        clients.push(GrpcClient::connect_as(&node, &domain(index)).await);
    }
    for client in &clients {
        assert_eq!(client.say_hello("").await.unwrap(), "1");
        // Called between all others, it stays.
        clients[0].say_hello("").await.unwrap();
    }
    assert_ne!(clients[0].say_hello("").await.unwrap(), "1");
    assert_eq!(clients[SERVICES - 1].say_hello("").await.unwrap(), "2");
    assert_eq!(clients[1].say_hello("").await.unwrap(), "1");
}

/// A component of its own: the same functions, and a section that differs.
fn counter(index: usize) -> Vec<u8> {
    let mut component = stateful::counter();
    let name = format!("own-{index}");
    let name = name.as_bytes();
    let len = u8::try_from(name.len()).unwrap();
    // A custom section: its number, its size, its name's size and its name.
    component.extend([0, len + 1, len]);
    component.extend(name);
    component
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_is_lost_while_versions_come_and_go() {
    const CALLERS: usize = 16;
    const CALLS: usize = 60;
    let node = Arc::new(node().await);
    let callers = (0..CALLERS).map(|caller| {
        let node = Arc::clone(&node);
        tokio::spawn(async move {
            for call in 0..CALLS {
                // Each goes its own way through all of them.
                let index = (call * (caller + 1) + caller) % SERVICES;
                if caller % 2 == 0 {
                    let client = GrpcClient::connect_as(&node, &domain(index)).await;
                    assert_eq!(client.say_hello("").await.unwrap(), domain(index));
                } else {
                    let (status, body) = over_json(&node, index).await;
                    assert_eq!((status, &body["text"]), (200, &domain(index).into()));
                }
            }
        })
    });
    try_join_all(callers).await.unwrap();
}

fn health(node: &Node, version: &VersionEntry) -> Health {
    node.plane
        .health(&Address::new(Kind::Version, &version.name))
}

#[tokio::test]
async fn a_restored_version_is_loaded_with_its_first_request() {
    let node = Node::serving(guest::echo()).await;
    let selector = Box::new(|_| unreachable!("only one version is served"));
    let node = Node::start_in(node.stop().await, selector).await;
    let name = "example.com:bar.FooService";
    let entry = node.entry(name, LIMITS, vec![Version::new("1.0.0", guest::echo(), 1)]);
    let version = Arc::clone(entry.versions.values().next().unwrap());
    node.publish(entry);
    assert_eq!(health(&node, &version), Health::Pending);

    node.plane.restore_version(&version).await.unwrap();
    let digest = version.digest;
    assert_eq!(health(&node, &version), Health::Healthy { digest });

    // What it was taken for is gone, and there is nothing to make it from.
    let artifacts = node.folder.path().join("artifacts");
    let aside = node.folder.path().join("aside");
    std::fs::rename(&artifacts, &aside).unwrap();
    let component = std::fs::read(&version.component_file).unwrap();
    std::fs::remove_file(&version.component_file).unwrap();
    let client = GrpcClient::connect(&node).await;
    let status = client.say_hello("Ada").await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert!(matches!(health(&node, &version), Health::Unhealthy { .. }));

    // It may come back, and then serves.
    std::fs::write(&version.component_file, component).unwrap();
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
    assert_eq!(health(&node, &version), Health::Healthy { digest });
}
