//! The engine that speaks to a node, against the control API over a socket.
#![allow(clippy::unwrap_used)]

mod fixtures;
mod node;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use fixtures::*;
use node::Node;
use vimana_proto::{Digest, Generation};
use vimana_reconciler::engine::{ApplyName, Begin, Fault};
use vimana_reconciler::execute::ComponentsError;
use vimana_reconciler::{
    Cancel, Components, Embedded, Engine as _, EngineError, ExecuteError, ExecuteOptions, Plan,
    PlanOptions, Report, execute,
};

/// A component of several chunks.
fn large() -> Vec<u8> {
    (0..(3 << 20) + 5_u32)
        .map(|byte| byte.to_le_bytes()[0])
        .collect()
}

struct Large;

#[async_trait]
impl Components for Large {
    async fn load(&self, _: &Digest) -> Result<Arc<[u8]>, ComponentsError> {
        Ok(large().into())
    }
}

async fn plan(engine: &Embedded) -> Plan {
    let mut resources = walkthrough();
    resources[3] = version("1.0.0", &large(), "");
    let live = engine.observe("acme").await.unwrap();
    vimana_reconciler::plan(&desired(resources), "local", &live, &PlanOptions::default()).unwrap()
}

async fn apply(engine: &Embedded, plan: &Plan) -> Result<Report, ExecuteError> {
    let options = ExecuteOptions {
        backoff: Duration::ZERO,
        ..ExecuteOptions::new("ada@host")
    };
    execute(plan, engine, &Large, &(), &options, &Cancel::never()).await
}

fn begin(parent: u64) -> Begin {
    Begin {
        workspace: "acme".to_owned(),
        parent: Generation(parent),
        steps: Vec::new(),
        holder: "grace@host".to_owned(),
        commit: None,
        lease: Duration::from_secs(10),
    }
}

#[tokio::test]
async fn a_plan_is_applied_over_the_control_api() {
    let node = Node::start(None).await;
    let engine = Embedded::connect(&node.endpoint(), None).await.unwrap();
    let first = plan(&engine).await;
    let report = apply(&engine, &first).await.unwrap();
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(node.largest_chunk(), 1 << 20);
    assert!(plan(&engine).await.is_empty());

    let status = engine.status("acme", SERVICE).await.unwrap();
    assert_eq!(status.resources.len(), 4);
    let history = engine.history("acme", 50).await.unwrap();
    assert_eq!(history.len(), 1);
    let name = ApplyName {
        workspace: "acme".to_owned(),
        generation: Generation(1),
    };
    assert_eq!(engine.journal(&name).await.unwrap().steps.len(), 5);
    assert_eq!(engine.node().await.unwrap().version, "0.0.0-test");
}

#[tokio::test]
async fn a_stale_plan_and_a_held_lease_are_told_apart() {
    let node = Node::start(None).await;
    let engine = Embedded::connect(&node.endpoint(), None).await.unwrap();
    let stale = plan(&engine).await;
    engine.begin(&begin(0)).await.unwrap();
    let error = apply(&engine, &plan(&engine).await).await.unwrap_err();
    let ExecuteError::LeaseHeld { holder, expires_in } = error else {
        panic!("{error}");
    };
    assert_eq!((holder.as_str(), expires_in.as_secs()), ("grace@host", 10));
    node.simulated().advance(Duration::from_secs(10));
    let error = apply(&engine, &stale).await.unwrap_err();
    assert!(matches!(error, ExecuteError::Stale { .. }), "{error}");
}

#[tokio::test]
async fn an_endpoint_where_nobody_listens_is_unreachable() {
    let node = Node::start(None).await;
    let endpoint = node.endpoint();
    node.stop().await;
    let error = Embedded::connect(&endpoint, None).await.unwrap_err();
    assert!(matches!(error, EngineError::Unreachable { .. }), "{error}");
    let message = error.to_string();
    assert!(
        message.contains(&endpoint) && message.contains("refused"),
        "{message}"
    );
}

#[tokio::test]
async fn a_node_that_stops_later_is_unreachable_too() {
    let node = Node::start(None).await;
    let engine = Embedded::connect(&node.endpoint(), None).await.unwrap();
    node.stop().await;
    let error = engine.observe("acme").await.unwrap_err();
    assert!(
        matches!(error, EngineError::Unreachable { .. }),
        "{error:?}"
    );
}

#[tokio::test]
async fn the_token_opens_the_node_and_nothing_else_does() {
    let node = Node::start(Some("s3cret")).await;
    let engine = Embedded::connect(&node.endpoint(), Some("s3cret\n"))
        .await
        .unwrap();
    engine.observe("acme").await.unwrap();
    for token in [None, Some("wrong")] {
        let engine = Embedded::connect(&node.endpoint(), token).await.unwrap();
        let error = engine.observe("acme").await.unwrap_err();
        assert!(
            matches!(error, EngineError::Unauthenticated { .. }),
            "{error}"
        );
    }
    assert!(!format!("{engine:?}").contains("s3cret"));
}

#[tokio::test]
async fn what_is_no_endpoint_is_refused_before_anything_is_sent() {
    for endpoint in [
        "",
        "127.0.0.1:7700",
        "https://127.0.0.1:7700",
        "ftp://host",
        "http://",
    ] {
        let error = Embedded::connect(endpoint, None).await.unwrap_err();
        assert!(
            matches!(error, EngineError::Endpoint { .. }),
            "{endpoint}: {error}"
        );
    }
    let error = Embedded::connect("http://127.0.0.1:1", Some("two\nlines")).await;
    assert!(matches!(error, Err(EngineError::Endpoint { .. })));
}

#[tokio::test]
async fn what_the_node_refuses_is_told_in_its_own_words() {
    let node = Node::start(None).await;
    node.simulated().inject(Fault::Refuse {
        address: format!("service/{SERVICE}"),
        reason: "the id is taken".to_owned(),
    });
    let engine = Embedded::connect(&node.endpoint(), None).await.unwrap();
    let report = apply(&engine, &plan(&engine).await).await.unwrap();
    assert_eq!(report.failed.len(), 1);
    assert_eq!(report.failed[0].detail, "the id is taken (InvalidArgument)");
}
