//! Callers that stay with a version, versions that get copies, and weights that change
//! under load.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::Value;
use vimana_runtime::Sticky;
use vimana_runtime::data_plane::Selector;

use crate::client::{GrpcClient, http, request};
use crate::context::Events;
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

fn at_random() -> Selector {
    Box::new(|total| rand::random_range(0..total))
}

fn old_and_new(old: u32, new: u32) -> Vec<Version<'static>> {
    vec![
        Version::new("1.0.0", guest::answers("old"), old),
        Version::new("1.1.0", guest::answers("new"), new),
    ]
}

async fn sticky(sticky: Sticky) -> Node {
    let node = Node::start_in(tempfile::tempdir().unwrap(), at_random()).await;
    node.put(FOO, LIMITS, old_and_new(1, 1)).await;
    let mut entry = node.entry(FOO, LIMITS, old_and_new(1, 1));
    entry.sticky = Some(sticky);
    node.publish(entry);
    node
}

async fn hello(node: &Node, header: Option<(&str, &str)>) -> Response<Bytes> {
    let mut request = Request::get("/say-hi").header("host", "example.com");
    if let Some((name, value)) = header {
        request = request.header(name, value);
    }
    http(node, request.body(Full::new(Bytes::new())).unwrap()).await
}

fn text(response: &Response<Bytes>) -> String {
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    body["text"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_caller_that_a_header_names_stays_with_its_version() {
    let node = sticky(Sticky::Header("x-user".parse().unwrap())).await;
    let client = GrpcClient::connect(&node).await;
    let mut versions = BTreeMap::new();
    for user in 0..40 {
        let user = format!("user-{user}");
        let version = text(&hello(&node, Some(("X-User", &user))).await);
        for _ in 0..3 {
            let mut request = tonic::Request::new(request(""));
            request
                .metadata_mut()
                .insert("x-user", user.parse().unwrap());
            let answer = client.call(request).await.unwrap();
            assert_eq!(answer.into_inner().text, version);
        }
        *versions.entry(version).or_insert(0) += 1;
    }
    assert_eq!(versions.len(), 2, "{versions:?}");
}

#[tokio::test]
async fn a_caller_without_a_cookie_gets_one_that_keeps_its_version() {
    let node = sticky(Sticky::Cookie("version".to_owned())).await;
    let mut versions = BTreeMap::new();
    for _ in 0..40 {
        let first = hello(&node, None).await;
        let cookie = first.headers()["set-cookie"].to_str().unwrap().to_owned();
        let (pair, attributes) = cookie.split_once("; ").unwrap();
        assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
        for _ in 0..3 {
            let again = hello(&node, Some(("Cookie", pair))).await;
            assert_eq!(text(&again), text(&first));
            assert!(!again.headers().contains_key("set-cookie"));
        }
        *versions.entry(text(&first)).or_insert(0) += 1;
    }
    assert_eq!(versions.len(), 2, "{versions:?}");

    let client = GrpcClient::connect(&node).await;
    let answer = client.call(tonic::Request::new(request(""))).await.unwrap();
    let cookie = answer.metadata().get("set-cookie").unwrap();
    assert!(cookie.to_str().unwrap().starts_with("version="));
}

/// A node on which `shadow` gets copies of what an echo answers.
async fn shadowed(shadow: fn() -> Vec<u8>, timeout: Duration) -> Node {
    let node = Node::start().await;
    let versions = || {
        vec![
            Version::new("1.0.0", guest::echo(), 1),
            Version::new("1.1.0", shadow(), 0),
        ]
    };
    node.put(FOO, LIMITS, versions()).await;
    let mut entry = node.entry(FOO, LIMITS, versions());
    entry.limits.timeout = timeout;
    entry.shadows = vec!["1.1.0".parse().unwrap()];
    node.publish(entry);
    node
}

/// On one thread, so that the subscriber sees what the server does.
#[tokio::test(flavor = "current_thread")]
async fn a_shadow_gets_a_copy_of_each_request() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let node = shadowed(guest::logger, LIMITS.timeout).await;
    let client = GrpcClient::connect(&node).await;
    for name in ["copy-of-grpc", "copy-of-more"] {
        assert_eq!(client.say_hello(name).await.unwrap(), name);
    }
    let request = Request::get("/greetings/copy-of-json").header("host", "example.com");
    let answer = http(&node, request.body(Full::new(Bytes::new())).unwrap()).await;
    assert_eq!(&answer.body()[..], b"\"copy-of-json\"");
    let has = |name: &str| {
        let events = events.0.lock();
        let mut lines = events.iter().filter(|line| line.contains(name));
        lines.any(|line| line.contains("FooService@1.1.0"))
    };
    let all = async {
        while !["copy-of-grpc", "copy-of-more", "copy-of-json"]
            .into_iter()
            .all(has)
        {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), all)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_shadow_that_fails_or_never_ends_is_not_noticed() {
    for shadow in [guest::trap, guest::spin] {
        let node = shadowed(shadow, Duration::from_millis(500)).await;
        let client = GrpcClient::connect(&node).await;
        for number in 0..20 {
            let name = number.to_string();
            assert_eq!(client.say_hello(&name).await.unwrap(), name);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_weights_under_load_loses_nothing_and_holds_at_once() {
    let node = Arc::new(Node::start_in(tempfile::tempdir().unwrap(), at_random()).await);
    node.put(FOO, LIMITS, old_and_new(1000, 0)).await;
    let ends = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..4)
        .map(|_| {
            let (node, ends) = (Arc::clone(&node), Arc::clone(&ends));
            tokio::spawn(async move {
                let client = GrpcClient::connect(&node).await;
                let mut calls = 0;
                while !ends.load(Ordering::Relaxed) {
                    client.say_hello("").await.unwrap();
                    calls += 1;
                }
                calls
            })
        })
        .collect();
    let client = GrpcClient::connect(&node).await;
    for round in 0..20 {
        let (old, new) = if round % 2 == 0 { (0, 1000) } else { (1000, 0) };
        node.publish(node.entry(FOO, LIMITS, old_and_new(old, new)));
        // The very next request sees it.
        let expected = if new > 0 { "new" } else { "old" };
        for _ in 0..5 {
            assert_eq!(client.say_hello("").await.unwrap(), expected);
        }
    }
    ends.store(true, Ordering::Relaxed);
    let mut calls = 0;
    for caller in callers {
        calls += caller.await.unwrap();
    }
    assert!(calls > 0);
}
