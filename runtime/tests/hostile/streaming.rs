//! Hostile guests with streams: one that makes them without end, one that lets its
//! messages trickle.

use std::time::Duration;

use futures::future::join_all;
use http::uri::PathAndQuery;
use tonic::client::Grpc;
use tonic::transport::Endpoint;
use tonic::{Code, Request, Status};
use tonic_prost::ProstCodec;
use vimana_runtime::Limits;

use crate::guest::{ANSWER_NAME, component, core, proto, wit};
use crate::hosts::{attacked, codes, limits};
use crate::memory;
use crate::neighbour::{HOSTILE, HOSTILE_DOMAIN, Neighbour};
use crate::node::{Node, Version};

/// The method of a guest that streams.
const TRICKLE: &str = "rpc Trickle(HelloRequest) returns (stream HelloResponse);";

/// How many streams trickle at once.
const STREAMS: usize = 20;

#[derive(Clone, PartialEq, prost::Message)]
struct Hello {
    #[prost(string, tag = "1")]
    text: String,
}

/// `say-hello` makes streams and keeps them, for as long as it is let; `trickle` sends a
/// message every few milliseconds and never ends.
pub(crate) fn streams() -> Vec<u8> {
    let imports = r#"
        (import "[export]$root" "[stream-new-0]trickle" (func $new (result i64)))
        (import "[export]$root" "[async-lower][stream-write-0]trickle"
          (func $write (param i32 i32 i32) (result i32)))
        (import "[export]$root" "[task-return]trickle" (func $return (param i32)))
        (import "$root" "[waitable-set-new]" (func $set-new (result i32)))
        (import "$root" "[waitable-join]" (func $join (param i32 i32)))
        (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration"
          (func $subscribe (param i64) (result i32)))
        (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))
        (import "wasi:io/poll@0.2.0" "[resource-drop]pollable" (func $drop (param i32)))"#;
    let items = format!(
        r#"
        (global $stream (mut i32) (i32.const 0))
        (global $set (mut i32) (i32.const 0))
        ;; At 64 the message `drip`: no error, a pointer, a length.
        (data (i32.const 64) "\00\00\00\00\80\00\00\00\04\00\00\00")
        (data (i32.const 128) "drip")
        (func (export "say-hello")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (loop $ever (drop (call $new)) (br $ever))
          {ANSWER_NAME})
        (func (export "[async-lift]trickle")
          (param $ctx i32) (param $name i32) (param $name_len i32) (result i32)
          (local $ends i64)
          (local.set $ends (call $new))
          (global.set $stream (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
          (global.set $set (call $set-new))
          (call $join (global.get $stream) (global.get $set))
          (call $return (i32.wrap_i64 (local.get $ends)))
          (call $drip))
        ;; An event, a waitable and what became of the write: 0 in the lowest bits where
        ;; the reader is still there.
        (func (export "[callback][async-lift]trickle")
          (param $event i32) (param $waitable i32) (param $became i32) (result i32)
          (if (i32.and (local.get $became) (i32.const 15)) (then (return (i32.const 0))))
          (call $drip))
        ;; Gives what the callback has to: 0 to end, 2 and the set to wait.
        (func $drip (result i32)
          (local $became i32) (local $pollable i32)
          (loop $more
            (local.set $pollable (call $subscribe (i64.const 5000000)))
            (call $block (local.get $pollable))
            (call $drop (local.get $pollable))
            (local.set $became
              (call $write (global.get $stream) (i32.const 64) (i32.const 1)))
            (if (i32.eq (local.get $became) (i32.const -1))
              (then (return
                (i32.or (i32.const 2) (i32.shl (global.get $set) (i32.const 4))))))
            (br_if $more (i32.eqz (i32.and (local.get $became) (i32.const 15)))))
          (i32.const 0))"#
    );
    let (wit, world) = wit(&proto(TRICKLE), "bar.FooService");
    let interfaces = ["wasi:clocks/monotonic-clock@0.2.0", "wasi:io/poll@0.2.0"];
    let wit = crate::guests::importing(&wit, &world, &interfaces);
    component(&wit, &world, &core(imports, &items))
}

/// The guest as a version, with the method that streams.
pub(crate) fn version() -> Version<'static> {
    let mut version = Version::new("1.0.0", streams(), 1);
    version.proto = proto(TRICKLE);
    version
}

/// Opens a stream, and reads it to its end: how many messages came, and how it ended.
pub(crate) async fn trickle(node: std::net::SocketAddr, domain: &str) -> (usize, Option<Status>) {
    let endpoint = Endpoint::from_shared(format!("http://{node}")).unwrap();
    let origin = format!("http://{domain}").parse().unwrap();
    let channel = endpoint.origin(origin).connect().await.unwrap();
    let mut grpc = Grpc::new(channel);
    grpc.ready().await.unwrap();
    let path = PathAndQuery::from_static("/bar.FooService/Trickle");
    let codec = ProstCodec::<Hello, Hello>::default();
    let request = Request::new(Hello::default());
    let mut messages = match grpc.server_streaming(request, path, codec).await {
        Ok(response) => response.into_inner(),
        Err(status) => return (0, Some(status)),
    };
    let mut count = 0;
    loop {
        match messages.message().await {
            Ok(Some(message)) => {
                assert_eq!(message.text, "drip");
                count += 1;
            }
            Ok(None) => return (count, None),
            Err(status) => return (count, Some(status)),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_makes_a_bounded_number_of_streams() {
    let outcomes = attacked(version(), limits(20_000)).await;
    assert_eq!(codes(&outcomes), [Code::Internal]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_trickles_ends_at_its_deadline() {
    let _alone = memory::alone().await;
    let node = Node::start().await;
    let bounded = Limits {
        timeout: Duration::from_millis(500),
        ..limits(20_000)
    };
    node.put(HOSTILE, bounded, vec![version()]).await;
    let neighbour = Neighbour::beside(&node).await;
    neighbour.keeps_answering(20).await;
    let before = memory::resident();

    let streams = join_all((0..STREAMS).map(|_| trickle(node.address, HOSTILE_DOMAIN)));
    let streams = tokio::spawn(streams);
    neighbour.keeps_answering(100).await;
    for (messages, end) in streams.await.unwrap() {
        assert!(messages > 0, "{end:?}");
        assert_eq!(end.unwrap().code(), Code::DeadlineExceeded);
    }
    neighbour.keeps_answering(20).await;
    memory::returned_to(before);
}
