//! HTTP/JSON by the rules of the interface.

use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use serde_json::json;

use crate::client::{get, http, send};
use crate::guest;
use crate::node::Node;

#[tokio::test]
async fn query_path_and_body_become_the_request() {
    let node = Node::serving(guest::echo()).await;
    assert_eq!(
        get(&node, "example.com", "/say-hi?name=Ada%20L").await,
        (200.try_into().unwrap(), json!({"text": "Ada L"}))
    );
    assert_eq!(
        send(
            &node,
            Method::POST,
            "example.com",
            "/say-hi",
            r#"{"name": "Ada"}"#
        )
        .await,
        (200.try_into().unwrap(), json!({"text": "Ada"}))
    );
}

#[tokio::test]
async fn one_field_may_be_the_whole_answer() {
    let node = Node::serving(guest::echo()).await;
    assert_eq!(
        get(&node, "example.com", "/greetings/Ada").await,
        (200.try_into().unwrap(), json!("Ada"))
    );
}

#[tokio::test]
async fn bad_requests_are_refused_with_the_reason() {
    let node = Node::serving(guest::echo()).await;
    let large = format!(r#"{{"name": "{}"}}"#, "x".repeat(1 << 20));
    for (method, path, body, status, code) in [
        (Method::GET, "/nothing", "", 404, 5),
        (Method::PUT, "/say-hi", "", 405, 12),
        (Method::GET, "/say-hi?nme=Ada", "", 400, 3),
        (Method::GET, "/say-hi", "{}", 400, 3),
        (Method::POST, "/say-hi", "{", 400, 3),
        (Method::POST, "/say-hi", r#"{"name": 1}"#, 400, 3),
        (
            Method::POST,
            "/say-hi",
            r#"{"name": "a", "name": "b"}"#,
            400,
            3,
        ),
        (Method::GET, "/greetings/%ff", "", 400, 3),
        (Method::POST, "/say-hi", &large, 413, 8),
    ] {
        let (found, answer) = send(&node, method.clone(), "example.com", path, body).await;
        assert_eq!(found, status, "{method} {path}: {answer}");
        assert_eq!(answer["code"], code, "{method} {path}: {answer}");
        assert!(answer["message"].is_string());
    }
}

#[tokio::test]
async fn head_is_answered_as_get_without_the_body() {
    let node = Node::serving(guest::echo()).await;
    for (path, status, length) in [("/say-hi?name=Ada", 200, "14"), ("/say-hi?nme=A", 400, "")] {
        let request = Request::head(path)
            .header("host", "example.com")
            .body(Full::new(Bytes::new()))
            .unwrap();
        let response = http(&node, request).await;
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["content-type"], "application/json");
        let found = response.headers()["content-length"].to_str().unwrap();
        assert!(length.is_empty() || found == length, "{path}: {found}");
        assert!(response.body().is_empty());
    }
}

#[tokio::test]
async fn a_failing_guest_has_the_http_status_of_its_code() {
    let node = Node::serving(guest::trap()).await;
    let (status, body) = get(&node, "example.com", "/say-hi").await;
    assert_eq!(status, 500);
    assert_eq!(
        body,
        json!({
            "code": 13,
            "message": "bar.FooService/SayHello: the service failed",
            "details": [],
        })
    );
    let node = Node::serving(guest::hog()).await;
    let (status, body) = get(&node, "example.com", "/say-hi").await;
    assert_eq!(status, 429);
    assert_eq!(body["code"], 8);
}
