//! Requests that guests send: to hosts that are allowed, and nowhere else.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use vimana_runtime::Serving as _;

use crate::client::GrpcClient;
use crate::guests;
use crate::node::{LIMITS, Node, Version};

/// The place of a case in `error-code`.
const DENIED: &str = "e015";
const PROHIBITED: &str = "e004";
const REFUSED: &str = "e006";

/// A node with a guest that sends requests, to `hosts`.
async fn sender(hosts: &[String]) -> (Node, GrpcClient) {
    let node = Node::start().await;
    let version = Version::new("1.0.0", guests::sends_request(), 1);
    let mut entry = node.entry("example.com:bar.FooService", LIMITS, vec![version]);
    entry.outbound_hosts = hosts
        .iter()
        .map(|host| host.parse().unwrap())
        .collect::<Vec<_>>()
        .into();
    for version in entry.versions.values() {
        node.plane
            .prepare_version(&Arc::clone(version))
            .await
            .unwrap();
    }
    node.publish(entry);
    let client = GrpcClient::connect(&node).await;
    (node, client)
}

/// A server that answers every request with 418, and tells of none.
async fn teapot() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let mut request = [0; 1024];
                while stream.read(&mut request).await.is_ok_and(|read| read > 0) {
                    let answer = b"HTTP/1.1 418 Teapot\r\ncontent-length: 0\r\n\r\n";
                    stream.write_all(answer).await.unwrap();
                }
            });
        }
    });
    port
}

#[tokio::test]
async fn a_guest_reaches_an_address_that_is_granted() {
    let port = teapot().await;
    let (_node, client) = sender(&[format!("127.0.0.1:{port}")]).await;
    for _ in 0..3 {
        let host = format!("127.0.0.1:{port}");
        assert_eq!(client.say_hello(&host).await.unwrap(), "s418");
    }
    let mapped = format!("[::ffff:127.0.0.1]:{port}");
    assert_eq!(client.say_hello(&mapped).await.unwrap(), "s418");
}

#[tokio::test]
async fn a_guest_reaches_nothing_that_is_not_listed() {
    let port = teapot().await;
    let (_node, client) = sender(&[]).await;
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("[::1]:{port}"),
        format!("2130706433:{port}"),
        "api.example.com".to_owned(),
    ] {
        assert_eq!(client.say_hello(&host).await.unwrap(), DENIED, "{host}");
    }
}

#[tokio::test]
async fn a_name_that_leads_to_the_node_itself_is_not_connected_to() {
    let port = teapot().await;
    let host = format!("localhost:{port}");
    let (_node, client) = sender(std::slice::from_ref(&host)).await;
    assert_eq!(client.say_hello(&host).await.unwrap(), PROHIBITED);

    let both = [host.clone(), format!("127.0.0.1:{port}")];
    let (_node, client) = sender(&both).await;
    assert_eq!(client.say_hello(&host).await.unwrap(), "s418");
}

#[tokio::test]
async fn a_grant_is_for_one_port() {
    let port = teapot().await;
    let (_node, client) = sender(&["127.0.0.1:1".to_owned()]).await;
    let other = format!("127.0.0.1:{port}");
    assert_eq!(client.say_hello(&other).await.unwrap(), DENIED);
    assert_eq!(client.say_hello("127.0.0.1:1").await.unwrap(), REFUSED);
}

#[tokio::test]
async fn a_grant_that_is_taken_away_is_gone_with_its_connections() {
    let port = teapot().await;
    let host = format!("127.0.0.1:{port}");
    let (node, client) = sender(std::slice::from_ref(&host)).await;
    assert_eq!(client.say_hello(&host).await.unwrap(), "s418");
    let version = Version::new("1.0.0", guests::sends_request(), 1);
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    assert_eq!(client.say_hello(&host).await.unwrap(), DENIED);
}

/// The rule about components that send requests nowhere is shown on this one.
#[test]
fn the_component_of_the_rules_case_is_this_guest() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../tests/cases/rules/VM0152/repo/foo/foo-1.0.0.wasm"
    );
    let component = guests::sends_request();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &component).unwrap();
    }
    assert_eq!(std::fs::read(path).unwrap(), component, "run with BLESS=1");
}
