//! Clients that mean harm. Each attack goes on until it is stopped, or until the node
//! has ended it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use futures::future::join_all;
use http::Request;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// What opens a connection of HTTP/2: the preface and empty settings.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

/// A frame of HTTP/2 (RFC 9113, section 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    let mut frame = length[1..].to_vec();
    frame.extend([kind, flags]);
    frame.extend(stream.to_be_bytes());
    frame.extend(payload);
    frame
}

pub(crate) async fn connect(node: SocketAddr) -> TcpStream {
    TcpStream::connect(node).await.unwrap()
}

/// Reads until the node closes the connection.
pub(crate) async fn closed(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    // A reset is an end as well.
    let _ = stream.read_to_end(&mut all).await;
    all
}

/// Writes the same bytes until the node closes the connection.
async fn flood(node: SocketAddr, first: &[u8], again: &[u8]) {
    let mut stream = connect(node).await;
    stream.write_all(first).await.unwrap();
    let (mut reader, mut writer) = stream.split();
    let write = async { while writer.write_all(again).await.is_ok() {} };
    let read = async {
        let mut sink = vec![0; 16 << 10];
        while reader.read(&mut sink).await.is_ok_and(|read| read > 0) {}
    };
    tokio::select! {
        () = write => {}
        () = read => {}
    }
}

/// Connections that send a head byte by byte and never end it.
pub(crate) async fn slowloris(node: SocketAddr) {
    join_all((0..200).map(|_| async move {
        let mut stream = connect(node).await;
        let _ = stream.write_all(b"GET /say-hi HTTP/1.1\r\nhost: ").await;
        while stream.write_all(b"a").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }))
    .await;
}

/// Requests whose body comes byte by byte.
pub(crate) async fn slow_bodies(node: SocketAddr) {
    let head = b"POST /say-hi HTTP/1.1\r\nhost: hostile.example\r\n\
        content-type: application/json\r\ncontent-length: 1000000\r\n\r\n{";
    join_all((0..200).map(|_| async move {
        let mut stream = connect(node).await;
        let _ = stream.write_all(head).await;
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }))
    .await;
}

/// Heads that are far too large, over HTTP/1.1.
pub(crate) async fn header_bomb(node: SocketAddr) {
    let line = format!("x-{}: {}\r\n", "a".repeat(40), "b".repeat(400));
    flood(node, b"GET / HTTP/1.1\r\n", line.as_bytes()).await;
}

/// A head that goes on for ever, over HTTP/2.
pub(crate) async fn continuation_flood(node: SocketAddr) {
    // A literal field without indexing, of a new name (RFC 7541, section 6.2.2).
    let field = [b"\x00\x01x\x7f\x01".as_slice(), &[b'y'; 128]].concat();
    let block = field.repeat(60);
    let mut first = PREFACE.to_vec();
    first.extend(frame(1, 0, 1, &block));
    flood(node, &first, &frame(9, 0, 1, &block)).await;
}

/// Settings that change again and again, each to be acknowledged.
pub(crate) async fn settings_flood(node: SocketAddr) {
    let settings = frame(4, 0, 0, &[0, 4, 0, 1, 0, 0]).repeat(100);
    flood_for(node, PREFACE, &settings).await;
}

/// Pings, each to be answered, whose answers nobody reads.
pub(crate) async fn ping_flood(node: SocketAddr) {
    let pings = frame(6, 0, 0, b"12345678").repeat(100);
    flood_for(node, PREFACE, &pings).await;
}

/// Writes without reading, for as long as the node takes it.
async fn flood_for(node: SocketAddr, first: &[u8], again: &[u8]) {
    let mut stream = connect(node).await;
    stream.write_all(first).await.unwrap();
    let patience = Duration::from_millis(500);
    for _ in 0..1000 {
        // A node that waits until its answers are read has ended the flood.
        let Ok(Ok(())) = tokio::time::timeout(patience, stream.write_all(again)).await else {
            return;
        };
    }
}

/// Bytes that are no protocol.
pub(crate) async fn garbage(node: SocketAddr) {
    let mut noise = 1_u64;
    let bytes: Vec<u8> = (0..64 << 10)
        .map(|_| {
            noise = noise
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            noise.to_be_bytes()[0]
        })
        .collect();
    for start in 0..50 {
        flood(node, &bytes[start * 100..], &bytes).await;
        // Behind a preface as well.
        flood(node, PREFACE, &bytes[start * 100..]).await;
    }
}

/// Streams that are opened and reset at once; gives how many the node took before it
/// ended the connection.
pub(crate) async fn rapid_reset(node: SocketAddr) -> usize {
    let stream = connect(node).await;
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut client = client;
    let mut resets = 0_usize;
    while resets < 100_000 {
        let Ok(ready) = client.ready().await else {
            break;
        };
        client = ready;
        let request = Request::post("http://hostile.example/bar.FooService/SayHello")
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let Ok((_, mut body)) = client.send_request(request, false) else {
            break;
        };
        body.send_reset(h2::Reason::CANCEL);
        resets += 1;
        if resets.is_multiple_of(100) {
            tokio::task::yield_now().await;
        }
    }
    connection.abort();
    resets
}

/// As many streams as the node lets one connection open, and more as it gives some of
/// them up, of which none is ever ended; gives how many it allows at once.
pub(crate) async fn many_streams(node: SocketAddr) -> usize {
    /// Streams, until the node has said how many it takes.
    const UNTOLD: usize = 10;

    let stream = connect(node).await;
    let (mut client, connection) = h2::client::Builder::new()
        .initial_max_send_streams(UNTOLD)
        .handshake::<_, Bytes>(stream)
        .await
        .unwrap();
    tokio::spawn(connection);
    let told = async {
        while client.current_max_send_streams() == UNTOLD {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(30), told).await;
    told.expect("the node says how many streams it takes");
    let (mut open, mut allowed) = (Vec::new(), 0);
    let patience = Duration::from_millis(300);
    while let Ok(Ok(ready)) = tokio::time::timeout(patience, client.ready()).await {
        client = ready;
        allowed = client.current_max_send_streams();
        let request = Request::post("http://hostile.example/bar.FooService/SayHello")
            .header("content-type", "application/grpc")
            .body(())
            .unwrap();
        let Ok((response, mut body)) = client.send_request(request, false) else {
            break;
        };
        let _ = body.send_data(Bytes::from_static(&[0, 0, 0, 1, 0]), false);
        open.push((response, body));
        if open.len() > 2_000 {
            break;
        }
    }
    allowed
}

/// Connections that say nothing, or speak HTTP/2 and then say nothing, from several
/// addresses.
pub(crate) async fn idle(node: SocketAddr, count: usize) -> Vec<TcpStream> {
    let mut streams = Vec::with_capacity(count);
    for index in 0..count {
        let socket = TcpSocket::new_v4().unwrap();
        let last = u8::try_from(2 + index % 4).unwrap();
        socket
            .bind((Ipv4Addr::new(127, 0, 0, last), 0).into())
            .unwrap();
        let Ok(mut stream) = socket.connect(node).await else {
            continue;
        };
        if index % 2 == 0 {
            let _ = stream.write_all(PREFACE).await;
        }
        streams.push(stream);
    }
    streams
}

/// A gRPC message of `size` zeros, compressed, in its frame.
pub(crate) fn bomb(encoding: &str, size: usize) -> Vec<u8> {
    use std::io::Write as _;
    // A field 1 with as many zeros.
    let mut plain = vec![0x0a];
    prost::encoding::encode_varint(size as u64, &mut plain);
    let zeros = vec![0; 1 << 20];
    let mut message = vec![1, 0, 0, 0, 0];
    let chunks = || std::iter::repeat_n(&zeros, size >> 20);
    if encoding == "gzip" {
        let mut encoder = flate2::write::GzEncoder::new(message, flate2::Compression::best());
        encoder.write_all(&plain).unwrap();
        chunks().for_each(|chunk| encoder.write_all(chunk).unwrap());
        message = encoder.finish().unwrap();
    } else {
        let mut encoder = zstd::Encoder::new(message, 3).unwrap();
        encoder.write_all(&plain).unwrap();
        chunks().for_each(|chunk| encoder.write_all(chunk).unwrap());
        message = encoder.finish().unwrap();
    }
    let length = u32::try_from(message.len() - 5).unwrap();
    message[1..5].copy_from_slice(&length.to_be_bytes());
    message
}
