//! Connect, over HTTP/1.1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use prost::Message as _;
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};

use crate::client::{HelloResponse, http, request};
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const PATH: &str = "/bar.FooService/SayHello";

async fn post(node: &Node, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Response<Bytes> {
    to(node, PATH, headers, body).await
}

async fn to(
    node: &Node,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Bytes>,
) -> Response<Bytes> {
    let mut request = Request::post(path)
        .header("host", "example.com")
        .header("x-tag", "blue");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    http(node, request.body(Full::new(body.into())).unwrap()).await
}

const JSON: (&str, &str) = ("content-type", "application/json");
const PROTO: (&str, &str) = ("content-type", "application/proto");

fn json_of(response: &Response<Bytes>) -> Value {
    serde_json::from_slice(response.body()).unwrap()
}

#[tokio::test]
async fn a_unary_call_is_plain_http_in_json_and_in_protobuf() {
    let node = Node::serving(guest::echo()).await;
    // A field that the interface does not know is of a later one.
    let response = post(&node, &[JSON], r#"{"name":"Ada","later":1}"#).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/json");
    assert_eq!(json_of(&response), json!({"text": "Ada"}));

    let message = request("Ada").encode_to_vec();
    let version = ("connect-protocol-version", "1");
    let response = post(&node, &[PROTO, version], message).await;
    assert_eq!(response.headers()["content-type"], "application/proto");
    let answer = HelloResponse::decode(response.into_body()).unwrap();
    assert_eq!(answer.text, "Ada");
}

#[tokio::test]
async fn trailers_are_headers_with_a_prefix() {
    let node = Node::serving(guest::tag_echo()).await;
    let response = post(&node, &[JSON], "{}").await;
    assert_eq!(response.headers()["x-reply"], "blue");
    assert_eq!(response.headers()["trailer-x-trail-bin"], "Ymx1ZQ");
}

#[tokio::test]
async fn an_error_is_json_with_details_and_the_mapped_status() {
    let node = Node::serving(guest::not_found()).await;
    for kind in [JSON, PROTO] {
        let response = post(&node, &[kind], if kind == JSON { "{}" } else { "" }).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(response.headers()["content-type"], "application/json");
        let error = json_of(&response);
        assert_eq!(error["code"], "not_found");
        assert_eq!(error["message"], "no shelf");
        assert_eq!(error["details"][0]["type"], "bar.Ping");
        let value = error["details"][0]["value"].as_str().unwrap();
        assert_eq!(STANDARD_NO_PAD.decode(value).unwrap().len(), 2);
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_an_invalid_argument() {
    let node = Node::serving(guest::echo()).await;
    for (headers, body) in [
        (vec![JSON], "{"),
        (vec![JSON], ""),
        (vec![PROTO], "\x7f"),
        (vec![JSON, ("connect-protocol-version", "2")], "{}"),
        (vec![JSON, ("connect-timeout-ms", "soon")], "{}"),
        (vec![JSON, ("content-encoding", "gzip")], "no gzip"),
    ] {
        let response = post(&node, &headers, body).await;
        assert_eq!(response.status(), 400, "{headers:?} {body}");
        assert_eq!(json_of(&response)["code"], "invalid_argument", "{body}");
    }
    let encoding = ("content-encoding", "br");
    let response = post(&node, &[JSON, encoding], "{}").await;
    assert_eq!(response.status(), 501);
    assert_eq!(json_of(&response)["code"], "unimplemented");
    assert_eq!(response.headers()["accept-encoding"], "gzip, zstd");
}

#[tokio::test]
async fn the_deadline_of_the_caller_counts() {
    let node = Node::serving(guest::spin()).await;
    let response = post(&node, &[JSON, ("connect-timeout-ms", "50")], "{}").await;
    assert_eq!(response.status(), StatusCode::GATEWAY_TIMEOUT);
    assert_eq!(json_of(&response)["code"], "deadline_exceeded");
}

#[tokio::test]
async fn messages_are_compressed_both_ways_and_bounded() {
    let node = Node::serving(guest::echo()).await;
    let name = "a".repeat(100_000);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let json = json!({ "name": name }).to_string();
    encoder.write_all(json.as_bytes()).unwrap();
    let compressed = encoder.finish().unwrap();
    let headers = [
        JSON,
        ("content-encoding", "gzip"),
        ("accept-encoding", "br, gzip"),
    ];
    let response = post(&node, &headers, compressed).await;
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let mut answer = String::new();
    GzDecoder::new(&response.body()[..])
        .read_to_string(&mut answer)
        .unwrap();
    assert_eq!(answer, json!({ "text": name }).to_string());

    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&vec![b' '; 8 << 20]).unwrap();
    let bomb = encoder.finish().unwrap();
    for (headers, body) in [
        (vec![JSON, ("content-encoding", "gzip")], bomb),
        (vec![JSON], vec![b' '; 2 << 20]),
    ] {
        let response = post(&node, &headers, body).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(json_of(&response)["code"], "resource_exhausted");
    }
}

#[tokio::test]
async fn what_is_no_call_is_told_so_by_http() {
    let node = Node::serving(guest::echo()).await;
    for content_type in ["text/plain", "application/connect+json", "application/xml"] {
        let response = post(&node, &[("content-type", content_type)], "{}").await;
        assert_eq!(response.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
        let accepted = response.headers()["accept-post"].to_str().unwrap();
        assert!(accepted.starts_with("application/json, application/proto"));
    }
    let get = |uri: &str| {
        Request::get(uri)
            .header("host", "example.com")
            .body(Full::default())
            .unwrap()
    };
    let response = http(&node, get(&format!("{PATH}?encoding=json&message={{}}"))).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()["allow"], "POST");

    for path in ["/bar.FooService/Nothing", "/bar.Nothing/SayHello"] {
        let version = ("connect-protocol-version", "1");
        let response = to(&node, path, &[JSON, version], "{}").await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(json_of(&response)["code"], "unimplemented");
    }
}

#[tokio::test]
async fn http_rules_keep_their_paths() {
    let node = Node::serving(guest::echo()).await;
    let response = to(&node, "/say-hi", &[JSON], r#"{"name":"Ada"}"#).await;
    assert_eq!(json_of(&response), json!({"text": "Ada"}));
    let response = to(&node, "/say-hi", &[JSON], r#"{"later":1}"#).await;
    assert_eq!(json_of(&response)["code"], 3, "the error of another front");
}

/// A node whose `SayHello` says that it changes nothing.
async fn safe() -> Node {
    let node = Node::start().await;
    let mut version = Version::new("1.0.0", guest::echo(), 1);
    version.proto = version.proto.replace(
        "option (google.api.http)",
        "option idempotency_level = NO_SIDE_EFFECTS; option (google.api.http)",
    );
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    node
}

#[tokio::test]
async fn a_method_without_side_effects_is_called_by_a_link() {
    let node = safe().await;
    let get = async |query: &str| {
        let request = Request::get(format!("{PATH}?{query}"))
            .header("host", "example.com")
            .body(Full::default())
            .unwrap();
        http(&node, request).await
    };
    let json = "connect=v1&encoding=json&message=%7B%22name%22%3A%22Ada%22%7D";
    let response = get(json).await;
    assert_eq!(response.status(), 200);
    assert_eq!(json_of(&response), json!({"text": "Ada"}));
    assert_eq!(response.headers()["vary"], "accept-encoding");

    let message = STANDARD_NO_PAD.encode(request("Ada").encode_to_vec());
    let response = get(&format!("encoding=proto&base64=1&message={message}")).await;
    let answer = HelloResponse::decode(response.into_body()).unwrap();
    assert_eq!(answer.text, "Ada");

    for wrong in [
        "encoding=json",
        "encoding=json&message=%7B%7D&connect=v2",
        "encoding=json&base64=1&message=!",
        "encoding=json&message=x&compression=gzip",
    ] {
        assert_eq!(get(wrong).await.status(), 400, "{wrong}");
    }
    let unknown = get("encoding=xml&message=%7B%7D").await;
    assert_eq!(unknown.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let unknown = get("encoding=json&message=%7B%7D&compression=br").await;
    assert_eq!(unknown.status(), 501);
}

/// The messages of a stream, each with its flags.
fn envelopes(mut body: &[u8]) -> Vec<(u8, Value)> {
    let mut found = Vec::new();
    while let Some((head, rest)) = body.split_first_chunk::<5>() {
        let [flags, length @ ..] = *head;
        let (content, rest) = rest.split_at(u32::from_be_bytes(length) as usize);
        found.push((flags, serde_json::from_slice(content).unwrap()));
        body = rest;
    }
    found
}

fn envelope(content: &str) -> Vec<u8> {
    let mut envelope = vec![0];
    envelope.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    envelope.extend(content.as_bytes());
    envelope
}

const STREAM: (&str, &str) = ("content-type", "application/connect+json");

#[tokio::test]
async fn the_nodes_own_services_speak_connect_unary_and_streaming() {
    let node = Node::serving(guest::echo()).await;
    let check = "/grpc.health.v1.Health/Check";
    let response = to(&node, check, &[JSON], r#"{"service":"bar.FooService"}"#).await;
    assert_eq!(json_of(&response), json!({"status": "SERVING"}));
    let response = to(&node, check, &[JSON], r#"{"service":"bar.Nothing"}"#).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert_eq!(json_of(&response)["code"], "not_found");

    let watch = "/grpc.health.v1.Health/Watch";
    let two = [envelope("{}"), envelope("{}")].concat();
    for (body, code) in [(Vec::new(), "unimplemented"), (two, "unimplemented")] {
        let response = to(&node, watch, &[STREAM], body).await;
        assert_eq!(response.status(), 200);
        let said = envelopes(response.body());
        let [(2, end)] = said.as_slice() else {
            panic!("{said:?}");
        };
        assert_eq!(end["error"]["code"], code);
    }
    // Both sides at once need HTTP/2.
    let reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let response = to(&node, reflection, &[STREAM], envelope("{}")).await;
    assert_eq!(response.status(), StatusCode::HTTP_VERSION_NOT_SUPPORTED);
}

#[tokio::test]
async fn reflection_in_json_over_http_2() {
    let node = Node::serving(guest::echo()).await;
    let mut headers = HeaderMap::new();
    headers.insert("content-type", "application/connect+json".parse().unwrap());
    let path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
    let question = envelope(r#"{"listServices":""}"#);
    let response = crate::client::http2(&node, path, headers, question).await;
    let said = envelopes(response.body());
    let [(0, answer), (2, end)] = said.as_slice() else {
        panic!("{said:?}");
    };
    let services = answer["listServicesResponse"]["service"]
        .as_array()
        .unwrap();
    assert!(
        services.contains(&json!({"name": "bar.FooService"})),
        "{services:?}"
    );
    assert_eq!(*end, json!({}));
}
