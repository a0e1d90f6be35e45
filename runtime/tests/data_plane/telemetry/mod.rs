//! What a node tells of the requests that it serves.

mod delivery;
mod foreign;
#[path = "../../hostile/guests.rs"]
#[allow(dead_code, reason = "shared with the tests of hostile guests")]
mod guests;
mod metrics;
mod receiver;
mod signals;
mod traces;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use vimana_runtime::{ExportProtocol, Exporter, Serving as _, TelemetrySettings};

use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

/// Settings that wait for nothing.
fn prompt() -> TelemetrySettings {
    let mut settings = TelemetrySettings::default();
    settings.span_delay = Duration::from_millis(1);
    settings.log_delay = Duration::from_millis(1);
    settings.backoff = Duration::from_millis(1);
    settings
}

fn exporter(protocol: ExportProtocol, receiver: SocketAddr) -> Exporter {
    let path = match protocol {
        ExportProtocol::Grpc => "",
        ExportProtocol::Http => "/otlp/",
    };
    Exporter {
        protocol,
        endpoint: format!("http://{receiver}{path}"),
        headers: Vec::new(),
    }
}

/// Serves versions that tell of their requests.
async fn serve(node: &Node, exporter: &Exporter, versions: Vec<Version<'_>>) {
    let mut entry = node.entry(FOO, LIMITS, versions);
    for version in entry.versions.values_mut() {
        Arc::make_mut(version).otlp = Some(exporter.clone());
        node.plane.prepare_version(version).await.unwrap();
    }
    node.publish(entry);
}

async fn telling(exporter: &Exporter, component: Vec<u8>) -> Node {
    let node = Node::telling(prompt()).await;
    serve(&node, exporter, vec![Version::new("1.0.0", component, 1)]).await;
    node
}
