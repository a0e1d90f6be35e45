//! The services of `examples/repo`, made by the toolchains that people have.

use std::path::PathBuf;

use http::Method;
use serde_json::{Value, json};

use crate::client::{get, send};
use crate::node::{LIMITS, Node, Version};

fn example(path: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join("../examples/repo").join(path)).unwrap()
}

async fn serve(service: &str, proto: &str, component: &str) -> Node {
    let node = Node::start().await;
    let mut version = Version::new("1.0.0", example(component), 1);
    version.proto = String::from_utf8(example(proto)).unwrap();
    if !version.proto.contains("vimana/options.proto") {
        // As the compiler does it.
        version.proto += "import \"vimana/options.proto\";";
    }
    node.put(service, LIMITS, vec![version]).await;
    node
}

#[tokio::test]
async fn the_walkthroughs_service_greets() {
    let node = serve(
        "example.com:bar.FooService",
        "walkthrough/foo.proto",
        "walkthrough/foo-1.0.0.wasm",
    )
    .await;
    let (status, body) = get(&node, "127.0.0.1", "/say-hi?name=Ada").await;
    assert_eq!(status, 200, "{body}");
    assert!(body["enthusiasm"].is_number(), "{body}");
}

#[tokio::test]
async fn the_library_in_c_lists_searches_and_refuses() {
    let node = serve(
        "example.com:library.LibraryService",
        "library/library.proto",
        "library/library-1.0.0.wasm",
    )
    .await;
    let (status, shelves) = get(&node, "example.com", "/v1/books:search").await;
    assert!([200, 400].contains(&status.as_u16()), "{shelves}");
    let (status, body) = get(&node, "example.com", "/v1/shelves/none-such").await;
    assert_eq!((status.as_u16(), &body["code"]), (404, &json!(5)), "{body}");
    let (status, body) = send(
        &node,
        Method::POST,
        "example.com",
        "/v1/shelves/none-such/books",
        "{}",
    )
    .await;
    assert!(status.is_client_error(), "{body}");
    assert_ne!(body["message"], Value::Null);
}
