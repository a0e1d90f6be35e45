//! gRPC-Web and CORS, over HTTP/1.1 as browsers may speak it.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::Full;
use prost::Message as _;
use vimana_runtime::{Cors, Origins};

use crate::client::{HelloResponse, http, request};
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const PATH: &str = "/bar.FooService/SayHello";

fn frame(flag: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![flag];
    frame.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    frame.extend(content);
    frame
}

fn hello(content_type: &str, body: Vec<u8>) -> Request<Full<Bytes>> {
    Request::post(PATH)
        .header("host", "example.com")
        .header("content-type", content_type)
        .header("x-grpc-web", "1")
        .header("x-tag", "blue")
        .body(Full::new(body.into()))
        .unwrap()
}

/// The messages and the trailers in a body.
fn frames(mut body: &[u8]) -> (Vec<Bytes>, String) {
    let mut messages = Vec::new();
    let mut trailers = String::new();
    while let Some((head, rest)) = body.split_first_chunk::<5>() {
        let [flag, length @ ..] = *head;
        let (content, rest) = rest.split_at(u32::from_be_bytes(length) as usize);
        if flag == 0x80 {
            trailers = String::from_utf8(content.to_vec()).unwrap();
        } else {
            assert_eq!(flag, 0);
            messages.push(Bytes::copy_from_slice(content));
        }
        body = rest;
    }
    (messages, trailers)
}

#[tokio::test]
async fn messages_and_trailers_are_in_the_body() {
    let node = Node::serving(guest::tag_echo()).await;
    let message = frame(0, &request("Ada").encode_to_vec());
    let response = http(&node, hello("application/grpc-web+proto", message)).await;
    assert_eq!(response.status(), 200);
    assert_eq!(
        response.headers()["content-type"],
        "application/grpc-web+proto"
    );
    assert_eq!(response.headers()["x-reply"], "blue");
    let (messages, trailers) = frames(response.body());
    let [message] = messages.as_slice() else {
        panic!("{messages:?}");
    };
    assert_eq!(HelloResponse::decode(&**message).unwrap().text, "blue");
    assert!(trailers.contains("grpc-status: 0\r\n"), "{trailers}");
    assert!(trailers.contains("x-trail-bin: Ymx1ZQ\r\n"), "{trailers}");
}

#[tokio::test]
async fn text_is_base64_both_ways() {
    let node = Node::serving(guest::echo()).await;
    // Each part padded, as a client may send them.
    let message = frame(0, &request("Ada").encode_to_vec());
    let (head, rest) = message.split_at(4);
    let text = format!("{}{}", STANDARD.encode(head), STANDARD.encode(rest));
    let response = http(&node, hello("application/grpc-web-text", text.into())).await;
    assert_eq!(
        response.headers()["content-type"],
        "application/grpc-web-text+proto"
    );
    let text = String::from_utf8(response.body().to_vec()).unwrap();
    // Padding may stand in the midst, so group by group.
    let decoded: Vec<u8> = text
        .as_bytes()
        .chunks(4)
        .flat_map(|group| STANDARD.decode(group).unwrap())
        .collect();
    let (messages, trailers) = frames(&decoded);
    assert_eq!(HelloResponse::decode(&*messages[0]).unwrap().text, "Ada");
    assert!(trailers.contains("grpc-status: 0\r\n"));
}

#[tokio::test]
async fn a_failure_is_told_as_in_grpc() {
    let node = Node::serving(guest::not_found()).await;
    let response = http(&node, hello("application/grpc-web", frame(0, b""))).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["grpc-status"], "5");
    assert_eq!(response.headers()["grpc-message"], "no%20shelf");
    assert!(response.headers().contains_key("grpc-status-details-bin"));

    let response = http(&node, hello("application/grpc-web-text", b"!!!!".to_vec())).await;
    assert_ne!(response.headers()["grpc-status"], "0");
    let response = http(&node, hello("application/grpc-web+json", Vec::new())).await;
    assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let mut get = hello("application/grpc-web", Vec::new());
    *get.method_mut() = Method::GET;
    let response = http(&node, get).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "POST");
}

#[tokio::test]
async fn the_nodes_own_services_are_there_as_well() {
    let node = Node::serving(guest::echo()).await;
    let mut request = hello("application/grpc-web", frame(0, b""));
    *request.uri_mut() = "/grpc.health.v1.Health/Check".parse().unwrap();
    let response = http(&node, request).await;
    let (messages, _) = frames(response.body());
    assert_eq!(&*messages[0], [8, 1]);
}

/// A node whose service says `cors`.
async fn open_to(cors: Option<Cors>) -> Node {
    let node = Node::start().await;
    let version = Version::new("1.0.0", guest::tag_echo(), 1);
    let name = "example.com:bar.FooService";
    node.put(name, LIMITS, vec![version]).await;
    let version = Version::new("1.0.0", guest::tag_echo(), 1);
    let mut entry = node.entry(name, LIMITS, vec![version]);
    entry.cors = cors.map(Arc::new);
    node.publish(entry);
    node
}

const APP: &str = "https://app.example.com";

fn cors(origins: Origins) -> Cors {
    Cors {
        allow_origins: origins,
        allow_headers: BTreeSet::from(["x-tag".to_owned()]),
        expose_headers: BTreeSet::from(["x-reply".to_owned()]),
        allow_credentials: false,
        max_age: Duration::from_secs(600),
    }
}

fn app_alone() -> Cors {
    cors(Origins::Listed(BTreeSet::from([APP.to_owned()])))
}

async fn preflight(node: &Node, path: &str, verb: &str, origin: &str) -> Response<Bytes> {
    let request = Request::options(path)
        .header("host", "example.com")
        .header("origin", origin)
        .header("access-control-request-method", verb)
        .header(
            "access-control-request-headers",
            "content-type,x-grpc-web,connect-protocol-version,x-tag,x-other",
        )
        .body(Full::default())
        .unwrap();
    http(node, request).await
}

async fn from_page(node: &Node, path: &str, origin: &str) -> HeaderMap {
    let request = Request::get(path)
        .header("host", "example.com")
        .header("origin", origin)
        .header("x-tag", "blue")
        .body(Full::default())
        .unwrap();
    http(node, request).await.into_parts().0.headers
}

#[tokio::test]
async fn no_page_of_another_origin_may_call_unless_the_service_says_so() {
    let node = open_to(None).await;
    let answer = preflight(&node, PATH, "POST", APP).await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    let headers = from_page(&node, "/say-hi", APP).await;
    assert!(!headers.contains_key("access-control-allow-origin"));

    let node = open_to(Some(app_alone())).await;
    let answer = preflight(&node, PATH, "POST", "https://evil.example").await;
    assert_eq!(answer.status(), StatusCode::FORBIDDEN);
    assert!(!answer.headers().contains_key("access-control-allow-origin"));
    for origin in [
        "https://evil.example",
        "null",
        "https://app.example.com.evil",
    ] {
        let headers = from_page(&node, "/say-hi", origin).await;
        assert!(!headers.contains_key("access-control-allow-origin"));
        let mut vary = headers.get_all("vary").iter();
        assert!(vary.any(|varies| varies == "origin"), "{headers:?}");
    }
}

#[tokio::test]
async fn a_preflight_names_what_the_service_and_the_protocols_allow() {
    let node = open_to(Some(app_alone())).await;
    let answer = preflight(&node, PATH, "POST", APP).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    assert_eq!(header("access-control-allow-origin"), APP);
    assert_eq!(header("access-control-allow-methods"), "POST");
    assert_eq!(
        header("access-control-allow-headers"),
        "content-type, x-grpc-web, connect-protocol-version, x-tag"
    );
    assert_eq!(header("access-control-max-age"), "600");
    assert!(
        !answer
            .headers()
            .contains_key("access-control-allow-credentials")
    );

    let by_rule = preflight(&node, "/greetings/Ada", "GET", APP).await;
    assert_eq!(by_rule.status(), StatusCode::NO_CONTENT);
    let no_rule = preflight(&node, "/greetings/Ada", "DELETE", APP).await;
    assert_eq!(no_rule.status(), StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_page_may_read_what_is_exposed_in_every_protocol() {
    let node = open_to(Some(app_alone())).await;
    let check = |headers: &HeaderMap| {
        assert_eq!(headers["access-control-allow-origin"], APP);
        let exposed = headers["access-control-expose-headers"].to_str().unwrap();
        for name in ["grpc-status", "x-reply", "trailer-x-reply"] {
            assert!(exposed.split(", ").any(|found| found == name), "{exposed}");
        }
    };
    check(&from_page(&node, "/say-hi", APP).await);
    for (content_type, body) in [
        ("application/grpc-web", frame(0, b"")),
        ("application/json", b"{}".to_vec()),
        // Refused, which the page shall learn.
        ("application/proto", b"\xff".to_vec()),
    ] {
        let mut request = hello(content_type, body);
        let origin = APP.parse().unwrap();
        request.headers_mut().insert("origin", origin);
        let response = http(&node, request).await;
        check(response.headers());
    }
}

#[tokio::test]
async fn every_origin_is_a_star_and_credentials_name_one() {
    let node = open_to(Some(cors(Origins::All))).await;
    let headers = from_page(&node, "/say-hi", "https://any.example").await;
    assert_eq!(headers["access-control-allow-origin"], "*");

    let credentials = Cors {
        allow_credentials: true,
        ..app_alone()
    };
    let node = open_to(Some(credentials)).await;
    let headers = from_page(&node, "/say-hi", APP).await;
    assert_eq!(headers["access-control-allow-credentials"], "true");
    assert_eq!(headers["access-control-allow-origin"], APP);
}
