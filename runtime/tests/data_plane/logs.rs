//! What guests write, as the node keeps it and hands it to those who follow.

use tracing::Level;
use vimana_runtime::{Followed, LogFilter, LogScope};

use crate::client::GrpcClient;
use crate::guest;
use crate::node::Node;

fn of_service(workspace: &str) -> LogFilter {
    LogFilter::all(LogScope::Service {
        workspace: workspace.to_owned(),
        service: "example.com:bar.FooService".parse().unwrap(),
    })
}

#[tokio::test]
async fn a_guests_lines_are_kept_and_followed() {
    let node = Node::serving(guest::logger()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("before").await.unwrap();
    let (recent, mut following) = node.logs.follow(of_service("acme"), 10);
    let [before] = recent.as_slice() else {
        panic!("one line: {recent:?}");
    };
    assert_eq!(&*before.text, "before");
    assert_eq!((before.level, before.source), (Level::WARN, "log"));
    assert_eq!(&*before.origin.label, "example.com:bar.FooService@1.0.0");
    assert_eq!(&*before.method, "bar.FooService/SayHello");
    assert_eq!(before.request_id.len(), 32);

    let (_, mut elsewhere) = node.logs.follow(of_service("other"), 10);
    client.say_hello("after").await.unwrap();
    let Followed::Line(after) = following.next().await else {
        panic!("nothing is lost");
    };
    assert_eq!(&*after.text, "after");
    assert_ne!(after.request_id, before.request_id);
    assert!(elsewhere.try_next().is_none());
}

#[tokio::test]
async fn what_a_guest_prints_and_why_it_failed_are_there_as_well() {
    let node = Node::serving(guest::wasi_user()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("one\ntwo").await.unwrap();
    let lines = node.logs.recent(&of_service("acme"), 10);
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.source, &*line.text))
        .collect();
    assert_eq!(lines, [("stdout", "one"), ("stdout", "two")]);

    let node = Node::serving(guest::trap()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    let lines = node.logs.recent(&of_service("acme"), 10);
    let [failure] = lines.as_slice() else {
        panic!("one line: {lines:?}");
    };
    assert_eq!((failure.level, failure.source), (Level::ERROR, "host"));
    assert!(failure.text.contains("wasm backtrace"), "{}", failure.text);
}
