//! SIGTERM under open calls: they end well, nobody new is let in, and the exit code is 0.
#![allow(clippy::unwrap_used)]

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

mod support;

use support::process::{Running, addresses, vimana};

/// Less than a node waits for calls to end.
const LIMIT: Duration = Duration::from_secs(10);

/// A unary request, of which the end of the body is still to come.
fn begin_unary(data: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(data).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        stream,
        "POST /bar.FooService/SayHello HTTP/1.1\r\nhost: example.com\r\nconnect-protocol-version: 1\r\n\
         content-type: application/json\r\ncontent-length: 14\r\nexpect: 100-continue\r\n\r\n"
    )
    .unwrap();
    // The node says that it waits for the body: the request is in flight.
    let mut answer = [0; 25];
    stream.read_exact(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 100 "), "{answer:?}");
    stream.write_all(br#"{"name":"#).unwrap();
    stream
}

fn end_unary(mut stream: TcpStream) -> String {
    stream.write_all(br#""Ada"}"#).unwrap();
    let mut answer = String::new();
    // The node closes the connection behind the answer.
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// Waits until nobody new is let in.
fn refused(data: SocketAddr) {
    let began = Instant::now();
    while TcpStream::connect(data).is_ok() {
        assert!(began.elapsed() < LIMIT, "connections are still taken");
        std::thread::yield_now();
    }
}

fn terminates_well(node: Running, data: SocketAddr, root: &Path) {
    let server = format!("http://{data}");
    let mut command = vimana(["call", "--server", &server, "--authority", "example.com"]);
    command
        .args(["bar.FooService/PingPong", "-d", "-"])
        .current_dir(root);
    let (mut pings, mut stdin) = Running::talking(&mut command);
    writeln!(stdin, "{{}}").unwrap();
    pings.line_with("{}");
    let unary = begin_unary(data);

    node.signal("TERM");
    refused(data);

    // What is in flight goes on as if nothing were.
    writeln!(stdin, "{{}}").unwrap();
    pings.line_with("{}");
    let answer = end_unary(unary);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert!(answer.contains("\"enthusiasm\""), "{answer}");
    drop(stdin);
    assert_eq!(pings.end(), 0);
    assert_eq!(node.end(), 0);
}

#[test]
fn up_lets_calls_end() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");
    terminates_well(up, data, &root);
}

#[test]
fn serve_lets_calls_end() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    up.line_with("curl");
    up.signal("TERM");
    assert_eq!(up.end(), 0);
    let mut command = vimana([
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--control",
        "127.0.0.1:0",
    ]);
    let state = root.join(".vimana/node");
    command
        .args(["--state", state.to_str().unwrap()])
        .env("VIMANA_LOG", "warn");
    let mut serve = Running::start(&mut command);
    let (data, _) = addresses(&serve.line_with("Serving on"));
    terminates_well(serve, data, &root);
}
