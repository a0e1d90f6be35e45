//! Who may call, with tokens that `openssl` signs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::{Code, Status};
use vimana_runtime::{Allow, Auth, KeySource};

use crate::client::{GrpcClient, http, request};
use crate::guest;
use crate::issuer::{AUDIENCE, ISSUER, Key, Server, claims, document, encode, now};
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

fn auth(key_sets: Vec<KeySource>) -> Auth {
    Auth {
        key_sets,
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        clock_skew: Duration::from_mins(1),
        allow: Vec::new(),
    }
}

async fn node(auth: Auth) -> Node {
    let node = Node::start().await;
    put(&node, auth).await;
    node
}

async fn put(node: &Node, auth: Auth) {
    let version = Version::new("1.0.0", guest::who(), 1);
    node.put(FOO, LIMITS, vec![version]).await;
    let version = Version::new("1.0.0", guest::who(), 1);
    let mut entry = node.entry(FOO, LIMITS, vec![version]);
    entry.auth = Some(Arc::new(auth));
    node.publish(entry);
}

async fn over_grpc(node: &Node, token: Option<&str>) -> Result<String, Status> {
    let mut request = tonic::Request::new(request(""));
    if let Some(token) = token {
        let value = format!("Bearer {token}").parse().unwrap();
        request.metadata_mut().insert("authorization", value);
    }
    let client = GrpcClient::connect(node).await;
    Ok(client.call(request).await?.into_inner().text)
}

async fn over_json(node: &Node, token: Option<&str>) -> Response<Bytes> {
    let mut request = Request::get("/say-hi").header("host", "example.com");
    if let Some(token) = token {
        request = request.header("authorization", format!("bearer {token}"));
    }
    http(node, request.body(Full::new(Bytes::new())).unwrap()).await
}

fn reason(response: &Response<Bytes>) -> String {
    let body: Value = serde_json::from_slice(response.body()).unwrap();
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_token_of_each_algorithm_is_taken_and_the_guest_learns_who_calls() {
    let keys = ["RS256", "ES256", "EdDSA"].map(|algorithm| Key::new(algorithm, algorithm));
    let issuer = Server::start(&keys.each_ref()).await;
    let node = node(auth(vec![KeySource::Url(issuer.url())])).await;
    for key in &keys {
        let token = key.token(&claims(key.algorithm));
        assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), key.algorithm);
        let response = over_json(&node, Some(&token)).await;
        assert_eq!(response.status(), 200);
        let body: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(body["text"], key.algorithm);
    }
    assert_eq!(issuer.asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn without_a_token_a_caller_is_told_that_one_is_needed() {
    let key = Key::new("EdDSA", "a");
    let node = node(auth(vec![KeySource::Keys(document(&[&key]))])).await;
    let status = over_grpc(&node, None).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(status.metadata().get("www-authenticate").unwrap(), "Bearer");
    let response = over_json(&node, None).await;
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    assert_eq!(
        reason(&response),
        "bar.FooService/SayHello: a bearer token is needed"
    );
}

#[tokio::test]
async fn what_is_no_valid_token_is_refused() {
    let key = Key::new("EdDSA", "a");
    let rsa = Key::new("RS256", "rsa");
    let stranger = Key::new("EdDSA", "a");
    let node = node(auth(vec![KeySource::Keys(document(&[&key, &rsa]))])).await;
    let with = |name: &str, value: Value| {
        let mut claims = claims("ada");
        claims[name] = value;
        key.token(&claims)
    };
    let without = |name: &str| {
        let mut claims = claims("ada");
        claims.as_object_mut().unwrap().remove(name);
        key.token(&claims)
    };
    let header = |header: Value| key.token_with(&header, &claims("ada"));
    let good = key.token(&claims("ada"));
    let unsigned = {
        let (header, claims) = (json!({ "alg": "none" }), claims("ada"));
        format!(
            "{}.{}.",
            encode(header.to_string()),
            encode(claims.to_string())
        )
    };
    let changed = {
        let mut parts: Vec<_> = good.split('.').map(str::to_owned).collect();
        parts[1] = encode(claims("root").to_string());
        parts.join(".")
    };
    for (token, why) in [
        (with("exp", json!(now() - 61)), "it has expired"),
        (with("nbf", json!(now() + 120)), "it is not valid yet"),
        (with("exp", json!(1e300)), "its times are none"),
        (
            with("iss", json!("https://evil.example.com")),
            "it is of another issuer",
        ),
        (with("aud", json!("bank")), "it is for another audience"),
        (with("aud", json!([])), "it is for another audience"),
        (with("sub", json!("")), "it names no subject"),
        (without("exp"), "it never expires"),
        (without("aud"), "it is for another audience"),
        (without("sub"), "it names no subject"),
        (unsigned, "it is signed with an algorithm that is not taken"),
        (
            header(json!({ "alg": "HS256", "kid": "a" })),
            "it is signed with an algorithm that is not taken",
        ),
        (
            header(json!({ "alg": "EdDSA", "kid": "b" })),
            "its key is not known",
        ),
        (
            header(json!({ "alg": "RS256", "kid": "a" })),
            "its signature is wrong",
        ),
        (
            header(json!({ "alg": "EdDSA", "kid": "rsa" })),
            "its signature is wrong",
        ),
        (
            header(json!({ "alg": "EdDSA", "kid": "a", "crit": ["exp"] })),
            "it has extensions that are not known",
        ),
        (stranger.token(&claims("ada")), "its signature is wrong"),
        (changed, "its signature is wrong"),
        (format!("{good}A"), "its signature is wrong"),
        (format!("{good}.a"), "it is no signed JSON Web Token"),
        ("a.b.c".to_owned(), "it is no signed JSON Web Token"),
        ("x".repeat(17 << 10), "it is too long"),
    ] {
        let response = over_json(&node, Some(&token)).await;
        assert_eq!(response.status(), 401, "{why}");
        assert_eq!(
            reason(&response),
            format!("bar.FooService/SayHello: the token is not valid: {why}")
        );
        assert_eq!(
            response.headers()["www-authenticate"],
            "Bearer error=\"invalid_token\""
        );
    }
    assert_eq!(over_json(&node, Some(&good)).await.status(), 200);
}

#[tokio::test]
async fn clocks_may_differ_and_audiences_be_many() {
    let key = Key::new("ES256", "a");
    let node = node(auth(vec![KeySource::Keys(document(&[&key]))])).await;
    let mut claims = claims("ada");
    claims["exp"] = json!(now() - 30);
    claims["nbf"] = json!(now() + 30);
    claims["aud"] = json!(["bank", AUDIENCE]);
    let token = key.token(&claims);
    assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), "ada");
    let nameless = key.token_with(&json!({ "alg": "ES256" }), &claims);
    assert_eq!(over_grpc(&node, Some(&nameless)).await.unwrap(), "ada");
}

#[tokio::test]
async fn entries_say_who_may_call_what() {
    let key = Key::new("EdDSA", "a");
    let set = |values: &[&str]| -> BTreeSet<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    };
    let entry = |methods: &[&str], anonymous, scopes: &[&str]| Allow {
        methods: set(methods),
        anonymous,
        subjects: BTreeSet::new(),
        scopes: set(scopes),
    };
    let keys = || vec![KeySource::Keys(document(&[&key]))];
    let mut asks = auth(keys());
    asks.allow = vec![entry(&["SayHello"], false, &["hello"])];
    let node = node(asks).await;
    let token = key.token(&claims("ada"));
    let status = over_grpc(&node, Some(&token)).await.unwrap_err();
    assert_eq!(status.code(), Code::PermissionDenied);
    let response = over_json(&node, Some(&token)).await;
    assert_eq!(response.status(), 403);
    assert_eq!(
        response.headers()["www-authenticate"],
        "Bearer error=\"insufficient_scope\""
    );
    let mut claims = claims("ada");
    claims["scope"] = json!("read hello");
    let token = key.token(&claims);
    assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), "ada");

    let mut open = auth(keys());
    open.allow = vec![entry(&["SayHello"], true, &[])];
    put(&node, open).await;
    assert_eq!(over_grpc(&node, None).await.unwrap(), "");
    assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), "ada");
    // Whoever shows a token shows a good one.
    assert!(over_grpc(&node, Some("a.b.c")).await.is_err());
}

/// The answer comes while the client still sends.
#[tokio::test]
async fn strangers_are_refused_before_they_have_sent_their_request() {
    let key = Key::new("EdDSA", "a");
    let node = node(auth(vec![KeySource::Keys(document(&[&key]))])).await;
    for (path, content_type, extra) in [
        ("/say-hi", "application/json", ""),
        (
            "/bar.FooService/SayHello",
            "application/json",
            "connect-protocol-version: 1\r\n",
        ),
    ] {
        let mut stream = TcpStream::connect(node.address).await.unwrap();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: example.com\r\ncontent-type: {content_type}\r\n\
             {extra}content-length: 1000\r\n\r\n{{"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).await.unwrap();
        assert_eq!(&status, b"HTTP/1.1 401", "{path}");
    }

    let stream = TcpStream::connect(node.address).await.unwrap();
    let (client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = Request::post("http://example.com/bar.FooService/SayHello")
        .header("content-type", "application/grpc")
        .body(())
        .unwrap();
    let (response, _open) = client
        .ready()
        .await
        .unwrap()
        .send_request(request, false)
        .unwrap();
    let response: Response<h2::RecvStream> = response.await.unwrap();
    // The challenge is a header, the status a trailer behind it.
    assert_eq!(response.headers()["www-authenticate"], "Bearer");
    let trailers = response.into_body().trailers().await.unwrap().unwrap();
    let unauthenticated = (Code::Unauthenticated as i32).to_string();
    assert_eq!(trailers["grpc-status"], unauthenticated.as_str());
}

#[tokio::test]
async fn while_no_keys_can_be_had_callers_are_told_to_come_again() {
    let key = Key::new("EdDSA", "a");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", nobody.local_addr().unwrap());
    drop(nobody);
    let node = node(auth(vec![KeySource::Url(url)])).await;
    let token = key.token(&claims("ada"));
    let status = over_grpc(&node, Some(&token)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unavailable);
    assert_eq!(over_json(&node, Some(&token)).await.status(), 503);
    assert_eq!(over_json(&node, None).await.status(), 401);
}

#[tokio::test]
async fn strangers_do_not_make_the_node_ask_the_issuer() {
    let key = Key::new("EdDSA", "a");
    let unknown = Key::new("EdDSA", "b");
    let issuer = Server::start(&[&key]).await;
    let node = node(auth(vec![KeySource::Url(issuer.url())])).await;
    let token = key.token(&claims("ada"));
    assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), "ada");
    let began = Instant::now();
    for number in 0..50 {
        let header = json!({ "alg": "EdDSA", "kid": number.to_string() });
        let token = unknown.token_with(&header, &claims("ada"));
        assert!(over_grpc(&node, Some(&token)).await.is_err());
    }
    // Once when the service was applied, and then once in 10 s.
    let most = 2 + began.elapsed().as_secs() / 10;
    assert!(issuer.asked.load(Ordering::Relaxed) <= most);
    assert_eq!(over_grpc(&node, Some(&token)).await.unwrap(), "ada");
}
