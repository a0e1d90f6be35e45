//! Instances that serve several requests: what they keep, and when they end.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tonic::{Code, Request};
use vimana_runtime::{Allow, Auth, KeySource, Limits, ServiceEntry, Serving as _};

use crate::client::{GrpcClient, request};
use crate::context::Events;
use crate::guest;
use crate::issuer::{AUDIENCE, ISSUER, Key, claims, document};
use crate::node::{LIMITS, Node, Version};
use crate::stateful;

const FOO: &str = "example.com:bar.FooService";

async fn put(node: &Node, requests: u32, change: impl FnOnce(&mut ServiceEntry), guest: Vec<u8>) {
    let version = Version::new("1.0.0", guest, 1);
    let mut entry = node.entry(FOO, LIMITS, vec![version]);
    entry.requests_per_instance = NonZeroU32::new(requests).unwrap();
    change(&mut entry);
    for version in entry.versions.values() {
        node.plane.prepare_version(version).await.unwrap();
    }
    node.publish(entry);
}

async fn reusing(requests: u32, guest: Vec<u8>) -> (Node, GrpcClient) {
    let node = Node::start().await;
    put(&node, requests, |_| {}, guest).await;
    let client = GrpcClient::connect(&node).await;
    (node, client)
}

async fn count(client: &GrpcClient) -> String {
    client.say_hello("").await.unwrap()
}

#[tokio::test]
async fn an_instance_serves_as_many_requests_as_it_may() {
    let (_node, client) = reusing(3, stateful::counter()).await;
    for expected in ["1", "2", "3", "1", "2"] {
        assert_eq!(count(&client).await, expected);
    }
}

#[tokio::test]
async fn without_reuse_each_request_has_a_fresh_instance() {
    let (_node, client) = reusing(1, stateful::counter()).await;
    for _ in 0..2 {
        assert_eq!(count(&client).await, "1");
    }
}

#[tokio::test]
async fn an_instance_that_failed_serves_no_more() {
    let (node, client) = reusing(9, stateful::counter()).await;
    let limits = Limits {
        timeout: Duration::from_millis(200),
        ..LIMITS
    };
    let lower = |entry: &mut ServiceEntry| entry.limits = limits;
    put(&node, 9, lower, stateful::counter()).await;
    for (name, code) in [
        ("trap", Some(Code::Internal)),
        ("spins", Some(Code::DeadlineExceeded)),
        // Refused memory, it answers nevertheless.
        ("grows!", None),
    ] {
        assert_eq!(count(&client).await, "1", "before {name}");
        assert_eq!(count(&client).await, "2", "before {name}");
        let answer = client.say_hello(name).await;
        assert_eq!(answer.err().map(|status| status.code()), code, "{name}");
    }
    assert_eq!(count(&client).await, "1");
}

#[tokio::test]
async fn an_instance_that_used_up_its_cpu_time_serves_no_more() {
    let (node, client) = reusing(9, stateful::counter()).await;
    let limits = Limits {
        cpu_time: Duration::from_millis(50),
        ..LIMITS
    };
    put(&node, 9, |entry| entry.limits = limits, stateful::counter()).await;
    assert_eq!(count(&client).await, "1");
    let status = client.say_hello("spins").await.unwrap_err();
    assert_eq!(status.code(), Code::DeadlineExceeded, "{status}");
    assert!(status.message().contains("computed longer"), "{status}");
    // The next call has all of its time.
    assert_eq!(count(&client).await, "1");
    assert_eq!(count(&client).await, "2");
}

#[tokio::test]
async fn an_instance_whose_caller_went_away_serves_no_more() {
    let (_node, client) = reusing(9, stateful::counter()).await;
    assert_eq!(count(&client).await, "1");
    let abandoned = tokio::spawn({
        let client = client.clone();
        async move { client.say_hello("spins").await }
    });
    // It has begun when another call finds no instance that waits.
    while count(&client).await != "1" {
        tokio::task::yield_now().await;
    }
    abandoned.abort();
    assert!(abandoned.await.unwrap_err().is_cancelled());
    assert_eq!(count(&client).await, "2");
}

#[tokio::test]
async fn versions_and_services_have_instances_of_their_own() {
    let node = Node::start().await;
    put(&node, 9, |_| {}, stateful::counter()).await;
    let client = GrpcClient::connect_as(&node, "example.com").await;
    assert_eq!(count(&client).await, "1");

    let version = Version::new("1.0.0", stateful::counter(), 1);
    let mut other = node.entry("example.org:bar.FooService", LIMITS, vec![version]);
    other.requests_per_instance = NonZeroU32::new(9).unwrap();
    for version in other.versions.values() {
        node.plane.prepare_version(version).await.unwrap();
    }
    node.publish(other);
    let elsewhere = GrpcClient::connect_as(&node, "example.org").await;
    assert_eq!(count(&elsewhere).await, "1", "another service");

    let version = Version::new("1.1.0", stateful::counter(), 1);
    let mut entry = node.entry(FOO, LIMITS, vec![version]);
    entry.requests_per_instance = NonZeroU32::new(9).unwrap();
    for version in entry.versions.values() {
        node.plane.prepare_version(version).await.unwrap();
    }
    node.publish(entry);
    assert_eq!(count(&client).await, "1", "another version");
}

#[tokio::test]
async fn an_instance_with_more_memory_than_it_may_have_now_serves_no_more() {
    let (node, client) = reusing(9, stateful::counter()).await;
    assert_eq!(count(&client).await, "1");
    // The guest has 40 pages of 64 KiB.
    let limits = Limits {
        memory_bytes: 1 << 20,
        ..LIMITS
    };
    put(&node, 9, |entry| entry.limits = limits, stateful::counter()).await;
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
}

#[tokio::test]
async fn functions_that_are_async_have_fresh_instances() {
    let (_node, client) = reusing(9, stateful::async_counter()).await;
    for _ in 0..3 {
        assert_eq!(count(&client).await, "1");
    }
}

#[tokio::test]
async fn metadata_is_the_calls_own() {
    let (_node, client) = reusing(9, guest::tag_echo()).await;
    for tag in ["blue", "red"] {
        let mut request = Request::new(request(""));
        request.metadata_mut().insert("x-tag", tag.parse().unwrap());
        let response = client.call(request).await.unwrap();
        assert_eq!(response.get_ref().text, tag);
        let all = |name: &str| response.metadata().get_all(name).iter().count();
        assert_eq!(response.metadata().get("x-reply").unwrap(), tag);
        assert_eq!(all("x-reply"), 1);
        assert_eq!(
            response
                .metadata()
                .get_all_bin("x-trail-bin")
                .iter()
                .count(),
            1
        );
    }
    // It traps where it finds no tag.
    let status = client.say_hello("").await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
}

#[tokio::test]
async fn the_caller_is_the_calls_own() {
    let key = Key::new("EdDSA", "a");
    let auth = Auth {
        key_sets: vec![KeySource::Keys(document(&[&key]))],
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        clock_skew: Duration::from_mins(1),
        allow: vec![Allow {
            methods: BTreeSet::new(),
            anonymous: true,
            subjects: BTreeSet::new(),
            scopes: BTreeSet::new(),
        }],
    };
    let node = Node::start().await;
    let secure = |entry: &mut ServiceEntry| entry.auth = Some(Arc::new(auth));
    put(&node, 9, secure, guest::who()).await;
    let client = GrpcClient::connect(&node).await;
    for subject in ["ada", "grace"] {
        let mut request = Request::new(request(""));
        let token = format!("Bearer {}", key.token(&claims(subject)));
        let metadata = request.metadata_mut();
        metadata.insert("authorization", token.parse().unwrap());
        let response = client.call(request).await.unwrap();
        assert_eq!(response.into_inner().text, subject);
    }
    assert_eq!(client.say_hello("").await.unwrap(), "", "nobody is known");
}

#[tokio::test]
async fn a_context_ends_with_its_call() {
    let (_node, client) = reusing(9, stateful::keeps_its_first_context()).await;
    assert_eq!(client.say_hello("a").await.unwrap(), "a");
    let status = client.say_hello("b").await.unwrap_err();
    assert_eq!(status.code(), Code::Internal);
    // An instance that failed is not used again.
    assert_eq!(client.say_hello("c").await.unwrap(), "c");
}

/// On one thread, so that the subscriber sees what the server does.
#[tokio::test(flavor = "current_thread")]
async fn lines_are_logged_for_the_call_that_wrote_them() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    for guest in [guest::logger(), stateful::keeps_its_stdout()] {
        let (_node, client) = reusing(9, guest).await;
        for name in ["first", "second"] {
            assert_eq!(client.say_hello(name).await.unwrap(), name);
        }
        let lines: Vec<String> = std::mem::take(&mut *events.0.lock())
            .into_iter()
            .filter(|event| event.contains("vimana::guest"))
            .collect();
        let [first, second] = lines.as_slice() else {
            panic!("one line of each call: {lines:?}");
        };
        assert!(first.contains("message=first"), "{first}");
        assert!(second.contains("message=second"), "{second}");
        assert_ne!(request_id(first), request_id(second));
    }
}

fn request_id(event: &str) -> &str {
    let (_, rest) = event.split_once("request_id=").unwrap();
    rest.split(' ').next().unwrap()
}
