//! gRPC on the wire: framing, compression, and what breaks the protocol.

use std::io::{Read as _, Write as _};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request};
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Body, Frame};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message as _;
use tokio::net::TcpStream;
use vimana_runtime::Limits;

use crate::client::{HelloResponse, request};
use crate::guest;
use crate::node::{LIMITS, Node};

/// What answers a call.
struct Answer {
    headers: HeaderMap,
    body: Bytes,
    trailers: HeaderMap,
}

impl Answer {
    /// `grpc-status`, wherever it came.
    fn status(&self) -> &str {
        let headers = if self.trailers.is_empty() {
            &self.headers
        } else {
            &self.trailers
        };
        headers["grpc-status"].to_str().unwrap()
    }

    fn text(&self) -> (bool, String) {
        let [flag, a, b, c, d, ref message @ ..] = *self.body else {
            panic!("{:?} is no message", self.body)
        };
        assert_eq!(u32::from_be_bytes([a, b, c, d]) as usize, message.len());
        let encoding = self.headers.get("grpc-encoding");
        let plain = match encoding.filter(|_| flag == 1) {
            Some(encoding) => Encoding::named(encoding.to_str().unwrap()).decompress(message),
            None => message.to_vec(),
        };
        (flag == 1, HelloResponse::decode(&plain[..]).unwrap().text)
    }
}

#[derive(Debug, Clone, Copy)]
enum Encoding {
    Gzip,
    Zstd,
}

impl Encoding {
    fn named(name: &str) -> Self {
        match name {
            "gzip" => Self::Gzip,
            "zstd" => Self::Zstd,
            _ => panic!("`{name}` was not accepted"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }

    fn compress(self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Gzip => {
                let level = flate2::Compression::best();
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(message).unwrap();
                encoder.finish().unwrap()
            }
            Self::Zstd => zstd::stream::encode_all(message, 3).unwrap(),
        }
    }

    fn decompress(self, message: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        match self {
            Self::Gzip => {
                let mut decoder = flate2::read::GzDecoder::new(message);
                decoder.read_to_end(&mut plain).unwrap();
            }
            Self::Zstd => plain = zstd::stream::decode_all(message).unwrap(),
        }
        plain
    }
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![flag];
    bytes.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    bytes.extend(message);
    bytes
}

fn hello(name: &str) -> Vec<u8> {
    request(name).encode_to_vec()
}

async fn call_with<B>(node: &Node, headers: &[(&str, &str)], body: B) -> Answer
where
    B: Body<Data = Bytes, Error = std::convert::Infallible> + Send + Unpin + 'static,
{
    let stream = TcpStream::connect(node.address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    tokio::spawn(connection);
    let uri = format!("http://{}/bar.FooService/SayHello", node.address);
    let mut request = Request::post(uri)
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender.send_request(request.body(body).unwrap()).await;
    let (parts, mut body) = response.unwrap().into_parts();
    let (mut data, mut trailers) = (BytesMut::new(), HeaderMap::new());
    while let Some(frame) = body.frame().await {
        match frame.unwrap().into_data() {
            Ok(piece) => data.extend_from_slice(&piece),
            Err(frame) => trailers = frame.into_trailers().unwrap(),
        }
    }
    Answer {
        headers: parts.headers,
        body: data.freeze(),
        trailers,
    }
}

async fn call(node: &Node, headers: &[(&str, &str)], body: Vec<u8>) -> Answer {
    call_with(node, headers, Full::from(body)).await
}

#[tokio::test]
async fn messages_are_compressed_in_both_directions() {
    let node = Node::serving(guest::echo()).await;
    let name = "Ada ".repeat(1000);
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        let headers = [
            ("grpc-encoding", encoding.name()),
            ("grpc-accept-encoding", "gzip,zstd"),
        ];
        let message = encoding.compress(&hello(&name));
        let answer = call(&node, &headers, framed(1, &message)).await;
        assert_eq!(answer.status(), "0", "{:?}", answer.trailers);
        assert_eq!(answer.headers["grpc-encoding"], encoding.name());
        assert!(answer.body.len() < 500, "{}", answer.body.len());
        assert_eq!(answer.text(), (true, name.clone()));

        // A client may compress what it sends and take nothing compressed.
        let answer = call(&node, &headers[..1], framed(1, &message)).await;
        assert!(!answer.headers.contains_key("grpc-encoding"));
        assert_eq!(answer.text(), (false, name.clone()));
    }
}

#[tokio::test]
async fn a_small_message_is_sent_as_it_is() {
    let node = Node::serving(guest::echo()).await;
    let headers = [("grpc-accept-encoding", "gzip")];
    let answer = call(&node, &headers, framed(0, &hello("Ada"))).await;
    assert_eq!(answer.text(), (false, "Ada".to_owned()));
}

#[tokio::test]
async fn an_encoding_that_is_not_understood_is_answered_with_those_that_are() {
    let node = Node::serving(guest::echo()).await;
    let headers = [("grpc-encoding", "snappy")];
    let answer = call(&node, &headers, framed(1, b"anything")).await;
    assert_eq!(answer.status(), "12");
    assert_eq!(
        answer.headers["grpc-message"],
        "bar.FooService/SayHello:%20messages%20compressed%20by%20`snappy`%20are%20not%20understood"
    );
    assert_eq!(answer.headers["grpc-accept-encoding"], "identity,gzip,zstd");
}

#[tokio::test]
async fn a_message_that_becomes_too_large_is_resource_exhausted() {
    let node = Node::serving(guest::echo()).await;
    let name = "A".repeat(32 << 20);
    for encoding in [Encoding::Gzip, Encoding::Zstd] {
        let bomb = encoding.compress(&hello(&name));
        assert!(bomb.len() < 64 << 10, "{}", bomb.len());
        let headers = [("grpc-encoding", encoding.name())];
        let answer = call(&node, &headers, framed(1, &bomb)).await;
        assert_eq!(answer.status(), "8", "{encoding:?}");
        assert_eq!(
            answer.headers["grpc-message"],
            "bar.FooService/SayHello:%20the%20request%20is%20larger%20than%201%20MiB"
        );
    }
}

#[tokio::test]
async fn requests_and_responses_have_limits_of_their_own() {
    let limits = Limits {
        request_bytes: 100,
        response_bytes: 50,
        ..LIMITS
    };
    let node = Node::limited(guest::echo(), limits).await;
    let answer = async |length| call(&node, &[], framed(0, &hello(&"A".repeat(length)))).await;
    assert_eq!(answer(40).await.status(), "0");
    let response = answer(60).await;
    assert_eq!(response.status(), "8");
    assert_eq!(
        response.headers["grpc-message"],
        "bar.FooService/SayHello:%20the%20response%20is%20larger%20than%2050%20bytes"
    );
    let request = answer(120).await;
    assert_eq!(request.status(), "8");
    assert_eq!(
        request.headers["grpc-message"],
        "bar.FooService/SayHello:%20the%20request%20is%20larger%20than%20100%20bytes"
    );
}

/// The client never sends the message and never ends the request.
#[tokio::test]
async fn a_message_is_refused_by_the_size_that_it_promises() {
    let node = Node::serving(guest::echo()).await;
    let prefix = Bytes::from_static(&[0, 0xff, 0xff, 0xff, 0xff]);
    let frames = futures::stream::once(async { Ok(Frame::data(prefix)) });
    let endless = futures::StreamExt::chain(frames, futures::stream::pending());
    let body = StreamBody::new(Box::pin(endless));
    assert_eq!(call_with(&node, &[], body).await.status(), "8");
}

#[tokio::test]
async fn what_breaks_the_protocol_is_told_by_the_codes_that_grpc_asks_for() {
    let node = Node::serving(guest::echo()).await;
    let zstd = [("grpc-encoding", "zstd")];
    let twice = [framed(0, &hello("Ada")), framed(0, &hello("Bob"))].concat();
    let cut = framed(0, &hello("Ada"))[..7].to_vec();
    for (what, headers, body, status) in [
        ("no message", &[][..], Vec::new(), "12"),
        ("two messages", &[], twice, "12"),
        ("half a message", &[], cut, "13"),
        ("a flag that is none", &[], framed(2, b""), "13"),
        ("compressed by nothing", &[], framed(1, b"text"), "13"),
        ("compressed by another", &zstd, framed(1, b"text"), "13"),
        ("no Protobuf", &[], framed(0, &[0xff; 4]), "13"),
    ] {
        let answer = call(&node, headers, body).await;
        assert_eq!(answer.status(), status, "{what}: {:?}", answer.headers);
        let message = answer.headers["grpc-message"].to_str().unwrap();
        assert!(
            message.starts_with("bar.FooService/SayHello:"),
            "{what}: {message}"
        );
    }
}
