//! `/metrics` of the control listener.

use super::*;

async fn metrics(node: &Node, headers: &[&str]) -> Answer {
    http(node.control_address(), "GET /metrics", headers, "").await
}

#[tokio::test]
async fn metrics_need_the_token_that_the_rest_needs() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = config(directory.path());
    config.token = Some(Token::new("0123456789abcdef").unwrap());
    let node = start_with(config, Arc::default()).await.unwrap();
    let refused = metrics(&node, &[]).await;
    assert_eq!(refused.status, 401);
    let bearer = ["authorization: Bearer 0123456789abcdef"];
    let Answer {
        status, head, text, ..
    } = metrics(&node, &bearer).await;
    assert_eq!(status, 200);
    assert!(
        head.contains("content-type: text/plain; version=0.0.4"),
        "{head}"
    );
    assert!(
        text.contains("\n# TYPE process_resident_memory_bytes gauge\n"),
        "{text}"
    );
    assert!(text.contains("\nvimana_services 0\n"), "{text}");
}

#[tokio::test]
async fn prometheus_gets_the_format_that_it_asks_for() {
    let directory = tempfile::tempdir().unwrap();
    let node = start_with(config(directory.path()), Arc::default())
        .await
        .unwrap();
    let accept = ["accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"];
    let Answer {
        status, head, text, ..
    } = metrics(&node, &accept).await;
    assert_eq!(status, 200);
    assert!(
        head.contains("content-type: application/openmetrics-text"),
        "{head}"
    );
    assert!(text.contains("\n# EOF"), "{text}");
}

#[tokio::test]
async fn metrics_are_only_read() {
    let directory = tempfile::tempdir().unwrap();
    let node = start_with(config(directory.path()), Arc::default())
        .await
        .unwrap();
    let refused = http(node.control_address(), "POST /metrics", &[], "").await;
    assert_eq!(refused.status, 405);
    assert!(
        refused.head.contains("allow: get, head"),
        "{}",
        refused.head
    );
}
