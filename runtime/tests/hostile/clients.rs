//! Hostile clients: whatever they send, the neighbour answers, and what they took is
//! given back.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::time::Duration;

use http::Request;
use http_body_util::Full;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::AsyncWriteExt as _;
use tonic::Code;
use vimana_runtime::Limits;

use crate::attackers;
use crate::guests;
use crate::memory;
use crate::neighbour::{HOSTILE, HOSTILE_DOMAIN, Neighbour};
use crate::node::{LIMITS, Node, Version};
use crate::p99;

/// A node with a service that never answers, and a neighbour.
async fn node() -> (Node, Neighbour) {
    let node = Node::start().await;
    let limits = Limits {
        timeout: Duration::from_secs(2),
        cpu_time: Duration::from_secs(2),
        ..LIMITS
    };
    let version = Version::new("1.0.0", guests::never_returns(), 1);
    node.put(HOSTILE, limits, vec![version]).await;
    let neighbour = Neighbour::beside(&node).await;
    neighbour.keeps_answering(20).await;
    (node, neighbour)
}

/// Runs an attack to its end while the neighbour answers.
async fn withstands<T>(attack: impl AsyncFnOnce(SocketAddr) -> T) -> T {
    let _alone = memory::alone().await;
    let (node, neighbour) = node().await;
    let before = memory::resident();
    let attack = attack(node.address);
    let mut attack = std::pin::pin!(attack);
    let outcome = loop {
        tokio::select! {
            outcome = &mut attack => break outcome,
            () = neighbour.answers() => {}
        }
    };
    neighbour.keeps_answering(20).await;
    memory::returned_to(before);
    outcome
}

/// The same for an attack that would go on for ever: for some hundred calls.
async fn survives(attack: impl AsyncFnOnce(SocketAddr)) {
    let _alone = memory::alone().await;
    let (node, neighbour) = node().await;
    let before = memory::resident();
    tokio::select! {
        () = attack(node.address) => {}
        () = neighbour.keeps_answering(500) => {}
    }
    neighbour.keeps_answering(20).await;
    memory::returned_to(before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_heads_hold_nobody_up() {
    survives(attackers::slowloris).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_bodies_hold_nobody_up() {
    survives(attackers::slow_bodies).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_body_that_does_not_end_is_ended_at_the_deadline() {
    let answer = withstands(async |node| {
        let mut stream = attackers::connect(node).await;
        let head = b"POST /say-hi HTTP/1.1\r\nhost: hostile.example\r\n\
            content-type: application/json\r\ncontent-length: 1000\r\n\r\n{";
        stream.write_all(head).await.unwrap();
        attackers::closed(&mut stream).await
    })
    .await;
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 504 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_head_that_is_too_large_ends_its_connection() {
    withstands(attackers::header_bomb).await;
    withstands(attackers::continuation_flood).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_settings_and_pings_are_held_up() {
    withstands(attackers::settings_flood).await;
    withstands(attackers::ping_flood).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_ends_its_connection() {
    withstands(attackers::garbage).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rapid_resets_end_their_connection() {
    let resets = withstands(attackers::rapid_reset).await;
    assert!(resets < 100_000, "the node took all of them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_has_a_bounded_number_of_streams() {
    let streams = withstands(attackers::many_streams).await;
    assert!((100..=1000).contains(&streams), "{streams}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_idle_connections_are_cheap() {
    let _alone = memory::alone().await;
    raise_file_limit();
    let (node, neighbour) = node().await;
    let before = memory::resident();
    let peak = crowd_of_idlers(node.address, &neighbour).await;
    let each = peak.saturating_sub(before) / IDLERS;
    assert!(each < 64 << 10, "{each} bytes a connection");
    // What the allocator keeps of the first crowd serves the second.
    let again = crowd_of_idlers(node.address, &neighbour).await;
    assert!(
        again < peak + (64 << 20),
        "{before} bytes grew to {peak} and {again}"
    );
}

const IDLERS: usize = 10_000;

/// Ten thousand idle connections of another process, which come and go while the
/// neighbour answers; gives the memory that is resident while they are there.
async fn crowd_of_idlers(node: SocketAddr, neighbour: &Neighbour) -> usize {
    let mut crowd = p99::role("idle-10000", &node.to_string());
    let output = crowd.stdout.take().unwrap();
    let lines = tokio::task::spawn_blocking(move || {
        let mut lines = BufReader::new(output).lines().map(Result::unwrap);
        lines.find_map(|line| line.strip_prefix("idle ").map(str::to_owned))
    });
    neighbour.keeps_answering(100).await;
    assert_eq!(lines.await.unwrap().unwrap(), IDLERS.to_string());
    // Until the node, which is in this process, has accepted them all.
    while open_files() < IDLERS {
        neighbour.answers().await;
    }
    neighbour.keeps_answering(100).await;
    let resident = memory::resident();
    crowd.kill().unwrap();
    crowd.wait().unwrap();
    // All of them are gone when the node has closed its ends.
    while open_files() > IDLERS / 20 {
        neighbour.answers().await;
    }
    neighbour.keeps_answering(100).await;
    resident
}

/// The files of this process, connections among them.
fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// Lets this process have as many files as the system allows.
pub(crate) fn raise_file_limit() {
    let files = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: files.maximum,
        maximum: files.maximum,
    };
    setrlimit(Resource::Nofile, raised).unwrap();
}

/// Sends a compressed message, and gives the headers of the answer.
pub(crate) async fn send_bomb(
    node: SocketAddr,
    domain: &str,
    encoding: &str,
    bomb: Vec<u8>,
) -> http::HeaderMap {
    let stream = attackers::connect(node).await;
    let executor = TokioExecutor::new();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(executor, TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let request = Request::post(format!("http://{domain}/bar.FooService/SayHello"))
        .header("content-type", "application/grpc")
        .header("grpc-encoding", encoding)
        .header("te", "trailers")
        .body(Full::new(bytes::Bytes::from(bomb)))
        .unwrap();
    let response = sender.send_request(request).await.unwrap();
    response.into_parts().0.headers
}

/// What becomes of a message that is small on the wire and huge behind it.
async fn bombed(encoding: &'static str) -> Code {
    let bomb = attackers::bomb(encoding, 256 << 20);
    let headers =
        withstands(async move |node| send_bomb(node, HOSTILE_DOMAIN, encoding, bomb).await).await;
    tonic::Status::from_header_map(&headers).unwrap().code()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_compressed_message_is_not_unpacked_beyond_the_limit() {
    assert_eq!(bombed("gzip").await, Code::ResourceExhausted);
    assert_eq!(bombed("zstd").await, Code::ResourceExhausted);
}
