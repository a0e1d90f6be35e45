//! What a guest sees of its call, and what it adds to the answer.

use std::fmt::{self, Write as _};
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use parking_lot::Mutex;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::client::{GrpcClient, http, request};
use crate::guest;
use crate::node::Node;

#[tokio::test]
async fn every_form_of_the_function_can_be_called() {
    for component in [guest::echo(), guest::infallible_echo(), guest::async_echo()] {
        let node = Node::serving(component).await;
        let client = GrpcClient::connect(&node).await;
        assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
        assert_eq!(client.say_hello("").await.unwrap(), "");
    }
}

#[tokio::test]
async fn metadata_comes_in_and_headers_and_trailers_go_out() {
    let node = Node::serving(guest::tag_echo()).await;
    let client = GrpcClient::connect(&node).await;
    let mut request = tonic::Request::new(request(""));
    request
        .metadata_mut()
        .insert("x-tag", "blue".parse().unwrap());
    let response = client.call(request).await.unwrap();
    assert_eq!(response.get_ref().text, "blue");
    // tonic's client merges trailers into the metadata.
    assert_eq!(response.metadata().get("x-reply").unwrap(), "blue");
    let trailer = response.metadata().get_bin("x-trail-bin").unwrap();
    assert_eq!(trailer.to_bytes().unwrap(), "blue");
}

#[tokio::test]
async fn trailers_become_headers_in_json() {
    let node = Node::serving(guest::tag_echo()).await;
    let request = Request::builder()
        .uri("/say-hi")
        .header("host", "example.com")
        .header("X-Tag", "blue")
        .body(Full::new(Bytes::new()))
        .unwrap();
    let response = http(&node, request).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-reply"], "blue");
    assert_eq!(response.headers()["x-trail-bin"], "Ymx1ZQ");
    assert_eq!(&response.body()[..], br#"{"text":"blue"}"#);
}

#[tokio::test]
async fn the_context_names_the_method_and_the_time_left() {
    let node = Node::serving(guest::method_name()).await;
    let client = GrpcClient::connect(&node).await;
    assert_eq!(
        client.say_hello("").await.unwrap(),
        "bar.FooService/SayHello"
    );
}

/// On one thread, so that the subscriber sees what the server does.
#[tokio::test(flavor = "current_thread")]
async fn a_guests_log_names_version_method_and_request() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let node = Node::serving(guest::logger()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("two\nlines").await.unwrap();
    client.say_hello(&"é".repeat(5000)).await.unwrap();

    let events = events.0.lock();
    let logged: Vec<&String> = events
        .iter()
        .filter(|event| event.starts_with("WARN vimana::guest"))
        .collect();
    let [first, second] = logged.as_slice() else {
        panic!("two lines: {events:?}");
    };
    for part in [
        "version=example.com:bar.FooService@1.0.0",
        "method=bar.FooService/SayHello",
        "request_id=",
        "message=two\nlines",
    ] {
        assert!(first.contains(part), "{part}: {first}");
    }
    assert_eq!(second.matches('é').count(), 4096, "a line has 8 KiB");
}

#[tokio::test(flavor = "current_thread")]
async fn wasi_is_empty_and_standard_output_is_the_log() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let node = Node::serving(guest::wasi_user()).await;
    let client = GrpcClient::connect(&node).await;
    let name = "one\ntwo";
    assert_eq!(client.say_hello(name).await.unwrap(), name);
    let events = events.0.lock();
    for line in ["message=one ", "message=two "] {
        let logged = events
            .iter()
            .filter(|event| event.contains(line) && event.ends_with("source=stdout"));
        assert_eq!(logged.count(), 1, "{line}: {events:?}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn a_traps_backtrace_goes_to_the_log() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let node = Node::serving(guest::trap()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    let events = events.0.lock();
    let failure = events
        .iter()
        .find(|event| event.contains("a guest failed"))
        .unwrap();
    assert!(failure.contains("wasm backtrace"), "{failure}");
    assert!(
        failure.contains("wasm trap: wasm `unreachable`"),
        "{failure}"
    );
    assert!(failure.contains("version=example.com:bar.FooService@1.0.0"));
}

/// Events as text: level, target, and each field.
#[derive(Default, Clone)]
pub(crate) struct Events(pub(crate) Arc<Mutex<Vec<String>>>);

impl Subscriber for Events {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("vimana")
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let metadata = event.metadata();
        let mut text = Text(format!("{} {}", metadata.level(), metadata.target()));
        event.record(&mut text);
        self.0.lock().push(text.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

struct Text(String);

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {field}={value}");
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }
}
