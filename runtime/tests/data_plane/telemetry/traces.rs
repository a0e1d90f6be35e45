//! Spans of requests, and the traces that they belong to.

use std::fmt::Write as _;
use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt as _;
use http::Request;
use http_body_util::Full;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tonic::Code;
use vimana_runtime::{ExportProtocol, Serving as _, TelemetrySettings};

use super::receiver::{Receiver, attributes};
use super::{FOO, exporter, guests, prompt, serve, telling};
use crate::client::{GrpcClient, get, http, request};
use crate::guest;
use crate::node::{LIMITS, Node, Version};
use crate::streams::client::{Client, CountRequest};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";

fn hex(bytes: &[u8]) -> String {
    let mut digits = String::new();
    for byte in bytes {
        write!(digits, "{byte:02x}").unwrap();
    }
    digits
}

/// Answers with the first value of a header, which must be there.
fn header_echo(name: &str) -> Vec<u8> {
    let imports = r#"
        (import "vimana:service/types@1.0.0" "[method]context.get-metadata"
          (func $get (param i32 i32 i32 i32)))
        (import "vimana:service/types@1.0.0" "[resource-drop]context"
          (func $drop (param i32)))"#;
    let (wit, world) = guest::wit(&guest::proto(""), "bar.FooService");
    let len = name.len();
    let items = format!(
        r#"(data (i32.const 1024) "{name}")
        (func (export "say-hello") (param $ctx i32) (param i32 i32) (result i32)
          (call $get (local.get $ctx) (i32.const 1024) (i32.const {len}) (i32.const 64))
          (if (i32.eqz (i32.load (i32.const 68))) (then unreachable))
          (call $drop (local.get $ctx))
          (i32.store (i32.const 4) (i32.load (i32.load (i32.const 64))))
          (i32.store (i32.const 8) (i32.load offset=4 (i32.load (i32.const 64))))
          (i32.const 0))"#
    );
    guest::component(&wit, &world, &guest::core(imports, &items))
}

/// A request in a trace that is recorded, or is not.
fn traced(flags: &str) -> tonic::Request<crate::client::HelloRequest> {
    let mut request = tonic::Request::new(request(""));
    let parent = format!("00-{TRACE}-{PARENT}-{flags}");
    let metadata = request.metadata_mut();
    metadata.insert("traceparent", parent.parse().unwrap());
    metadata.insert("tracestate", "a=1,b=2".parse().unwrap());
    request
}

#[tokio::test]
async fn a_call_is_a_span_by_either_protocol() {
    for protocol in [ExportProtocol::Grpc, ExportProtocol::Http] {
        let receiver = Receiver::start(protocol).await;
        let node = telling(&exporter(protocol, receiver.address), guest::echo()).await;
        let client = GrpcClient::connect_as(&node, "example.com:8080").await;
        client.say_hello("").await.unwrap();
        let (resource, span) = receiver.spans(1).await.remove(0);
        for (name, value) in [
            ("service.namespace", "example.com"),
            ("service.name", "bar.FooService"),
            ("service.version", "1.0.0"),
        ] {
            assert_eq!(resource[name], value);
        }
        assert!(resource.contains_key("service.instance.id"));
        assert_eq!(span.name, "bar.FooService/SayHello");
        assert_eq!(span.kind, SpanKind::Server as i32);
        assert_eq!((span.trace_id.len(), span.span_id.len()), (16, 8));
        assert!(span.parent_span_id.is_empty() && span.status.is_none());
        assert!(0 < span.start_time_unix_nano);
        assert!(span.start_time_unix_nano < span.end_time_unix_nano);
        let found = attributes(&span.attributes);
        for (name, value) in [
            ("rpc.system", "grpc"),
            ("rpc.service", "bar.FooService"),
            ("rpc.method", "SayHello"),
            ("rpc.grpc.status_code", "0"),
            ("http.request.method", "POST"),
            ("url.path", "/bar.FooService/SayHello"),
            ("url.scheme", "http"),
            ("server.address", "example.com"),
            ("server.port", "8080"),
            ("network.protocol.version", "2"),
            ("client.address", "127.0.0.1"),
        ] {
            assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert!(found["user_agent.original"].starts_with("tonic/"));
    }
}

#[tokio::test]
async fn a_request_by_an_http_rule_is_named_by_its_route() {
    let receiver = Receiver::start(ExportProtocol::Http).await;
    let exporter = exporter(ExportProtocol::Http, receiver.address);
    let node = telling(&exporter, guest::trap()).await;
    get(&node, "example.com", "/greetings/Ada").await;
    let (_, span) = receiver.spans(1).await.remove(0);
    assert_eq!(span.name, "GET /greetings/{name}");
    let found = attributes(&span.attributes);
    for (name, value) in [
        ("http.route", "/greetings/{name}"),
        ("url.path", "/greetings/Ada"),
        ("http.response.status_code", "500"),
        ("error.type", "500"),
        ("rpc.method", "SayHello"),
        ("network.protocol.version", "1.1"),
    ] {
        assert_eq!(found.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(span.status.unwrap().code, StatusCode::Error as i32);
    get(&node, "example.com", "/say-hi?name=s3cret").await;
    let (_, span) = receiver.spans(2).await.remove(1);
    assert_eq!(span.name, "GET /say-hi");
    assert!(!format!("{span:?}").contains("s3cret"));
}

#[tokio::test]
async fn what_a_caller_did_wrong_is_no_error_of_the_service() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let exporter = exporter(ExportProtocol::Grpc, receiver.address);
    let node = telling(&exporter, guest::not_found()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    let connect = Request::post("/bar.FooService/SayHello")
        .header("content-type", "application/proto")
        .body(Full::new(Bytes::new()));
    http(&node, connect.unwrap()).await;
    let spans = receiver.spans(2).await;
    let of = |system| {
        let mut spans = spans
            .iter()
            .map(|(_, span)| (span, attributes(&span.attributes)));
        spans
            .find(|(_, found)| found["rpc.system"] == system)
            .unwrap()
    };
    let (span, found) = of("grpc");
    assert!(span.status.is_none());
    assert_eq!(
        found["rpc.grpc.status_code"],
        (Code::NotFound as i32).to_string()
    );
    let (span, found) = of("connect_rpc");
    assert!(span.status.is_none());
    assert_eq!(found["rpc.connect_rpc.error_code"], "not_found");
}

#[tokio::test]
async fn a_span_is_the_child_of_its_callers_and_the_parent_of_the_guests() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let exporter = exporter(ExportProtocol::Grpc, receiver.address);
    let node = telling(&exporter, header_echo("traceparent")).await;
    let client = GrpcClient::connect(&node).await;
    let seen = client.call(traced("01")).await.unwrap().into_inner().text;
    let (_, span) = receiver.spans(1).await.remove(0);
    assert_eq!(hex(&span.trace_id), TRACE);
    assert_eq!(hex(&span.parent_span_id), PARENT);
    assert_eq!(span.trace_state, "a=1,b=2");
    assert_eq!(seen, format!("00-{TRACE}-{}-01", hex(&span.span_id)));
}

#[tokio::test]
async fn a_trace_that_is_not_recorded_is_passed_on_all_the_same() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let exporter = exporter(ExportProtocol::Grpc, receiver.address);
    let node = telling(&exporter, header_echo("traceparent")).await;
    let client = GrpcClient::connect(&node).await;
    let seen = client.call(traced("00")).await.unwrap().into_inner().text;
    assert!(
        seen.starts_with(&format!("00-{TRACE}-")) && seen.ends_with("-00"),
        "{seen}"
    );
    assert!(!seen.contains(PARENT));
    // What comes later is the first to come.
    client.call(traced("01")).await.unwrap();
    let spans = receiver.spans(1).await;
    assert_eq!(spans.len(), 1);
    assert_eq!(spans[0].1.flags & 1, 1);
}

#[tokio::test]
async fn the_environment_may_ask_for_no_traces() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let exporter = exporter(ExportProtocol::Grpc, receiver.address);
    let off = |name: &str| (name == "OTEL_TRACES_SAMPLER").then(|| "parentbased_always_off".into());
    let mut settings = TelemetrySettings::read(off);
    settings.span_delay = prompt().span_delay;
    let node = Node::telling(settings).await;
    let version = Version::new("1.0.0", header_echo("traceparent"), 1);
    serve(&node, &exporter, vec![version]).await;
    let client = GrpcClient::connect(&node).await;
    let seen = client.say_hello("").await.unwrap();
    assert!(seen.ends_with("-00"), "{seen}");
    client.call(traced("01")).await.unwrap();
    assert_eq!(receiver.spans(1).await.len(), 1);
}

#[tokio::test]
async fn without_an_exporter_the_guest_sees_its_callers_span() {
    let node = Node::serving(header_echo("traceparent")).await;
    let client = GrpcClient::connect(&node).await;
    let seen = client.call(traced("01")).await.unwrap().into_inner().text;
    assert_eq!(seen, format!("00-{TRACE}-{PARENT}-01"));
}

#[tokio::test]
async fn a_span_of_a_stream_ends_with_the_stream() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let exporter = exporter(ExportProtocol::Grpc, receiver.address);
    let node = Node::telling(prompt()).await;
    crate::streams::put(&node, |version| version.otlp = Some(exporter)).await;
    let client = Client::connect(&node).await;
    let endless = CountRequest {
        to: 1_000_000,
        batch: 1,
        ..CountRequest::default()
    };
    let mut counting = client.count(endless).await.unwrap().into_inner();
    counting.next().await.unwrap().unwrap();
    assert!(receiver.requests().is_empty(), "it has not ended");
    drop(counting);
    let (_, span) = receiver.spans(1).await.remove(0);
    assert_eq!(span.name, "streams.v1.StreamService/Count");
    let found = attributes(&span.attributes);
    assert_eq!(
        found["rpc.grpc.status_code"],
        (Code::Cancelled as i32).to_string()
    );
}

#[tokio::test]
async fn each_version_is_a_resource_of_its_own() {
    let receiver = Receiver::start(ExportProtocol::Http).await;
    let exporter = exporter(ExportProtocol::Http, receiver.address);
    let node = Node::telling(prompt()).await;
    let versions = vec![
        Version::new("1.0.0", guest::answers("old"), 3),
        Version::new("1.1.0", guest::answers("new"), 1),
    ];
    serve(&node, &exporter, versions).await;
    let client = GrpcClient::connect(&node).await;
    for _ in 0..8 {
        client.say_hello("").await.unwrap();
    }
    let spans = receiver.spans(8).await;
    let of = |version| {
        let versions = spans
            .iter()
            .map(|(resource, _)| &*resource["service.version"]);
        versions.filter(|found| *found == version).count()
    };
    assert_eq!((of("1.0.0"), of("1.1.0")), (6, 2));
}

/// A server that answers requests with 418, and tells their heads.
async fn teapot() -> (u16, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, heads) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let sender = sender.clone();
            tokio::spawn(async move {
                let mut request = [0; 4096];
                while let Ok(read @ 1..) = stream.read(&mut request).await {
                    let head = String::from_utf8_lossy(&request[..read]).to_ascii_lowercase();
                    sender.send(head).unwrap();
                    let answer = b"HTTP/1.1 418 Teapot\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                }
            });
        }
    });
    (port, heads)
}

#[tokio::test]
async fn what_a_guest_sends_is_in_the_same_trace() {
    let receiver = Receiver::start(ExportProtocol::Grpc).await;
    let (port, mut heads) = teapot().await;
    let host = format!("127.0.0.1:{port}");
    let node = Node::telling(prompt()).await;
    let put = async |otlp| {
        let version = Version::new("1.0.0", guests::sends_request(), 1);
        let mut entry = node.entry(FOO, LIMITS, vec![version]);
        entry.outbound_hosts = [host.parse().unwrap()].into();
        let version = entry.versions.values_mut().next().unwrap();
        Arc::make_mut(version).otlp = otlp;
        node.plane.prepare_version(version).await.unwrap();
        node.publish(entry);
    };
    let call = async || {
        let mut request = traced("01");
        request.get_mut().name = host.clone();
        let client = GrpcClient::connect(&node).await;
        client.call(request).await.unwrap();
    };

    put(None).await;
    call().await;
    let head = heads.recv().await.unwrap();
    assert!(
        head.contains(&format!("traceparent: 00-{TRACE}-{PARENT}-01")),
        "{head}"
    );
    assert!(head.contains("tracestate: a=1,b=2"), "{head}");

    node.remove(FOO);
    put(Some(exporter(ExportProtocol::Grpc, receiver.address))).await;
    call().await;
    let spans = receiver.spans(2).await;
    let of = |kind: SpanKind| {
        let mut spans = spans.iter().map(|(_, span)| span);
        spans.find(|span| span.kind == kind as i32).unwrap()
    };
    let (server, client) = (of(SpanKind::Server), of(SpanKind::Client));
    assert_eq!(client.parent_span_id, server.span_id);
    assert_eq!(client.trace_id, server.trace_id);
    let found = attributes(&client.attributes);
    assert_eq!(found["http.response.status_code"], "418");
    assert_eq!(found["url.full"], format!("http://{host}/"));
    assert_eq!(found["server.port"], port.to_string());
    let head = heads.recv().await.unwrap();
    let parent = format!("traceparent: 00-{TRACE}-{}-01", hex(&client.span_id));
    assert!(head.contains(&parent), "{head}");
}
