//! Streams of all arities, of guests made by other people's tools.

mod arities;
pub(crate) mod client;
mod endings;
mod load;

use std::path::PathBuf;
use std::sync::Arc;

use vimana_runtime::{Limits, Serving as _, VersionEntry};

use crate::node::{LIMITS, Node, Version};

const SERVICE: &str = "example.com:streams.v1.StreamService";
const PROTO: &str = "tests/repos/streams/streams.proto";
const COMPONENT: &str = "tests/repos/streams/streams-1.0.0.wasm";

fn file(path: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join("..").join(path)).unwrap()
}

/// A node that serves a service whose files lie in the repository.
async fn serve(service: &str, proto: &str, component: &str, limits: Limits) -> Node {
    let node = Node::start().await;
    let version = version(proto, component);
    node.put(service, limits, vec![version]).await;
    node
}

fn version(proto: &str, component: &str) -> Version<'static> {
    let mut version = Version::new("1.0.0", file(component), 1);
    version.proto = String::from_utf8(file(proto)).unwrap();
    if !version.proto.contains("vimana/options.proto") {
        // As the compiler does it.
        version.proto += "import \"vimana/options.proto\";";
    }
    version
}

/// Serves the streams beside what there is, once `change` has seen their version.
pub(crate) async fn put(node: &Node, change: impl FnOnce(&mut VersionEntry)) {
    let version = version(PROTO, COMPONENT);
    let mut entry = node.entry(SERVICE, LIMITS, vec![version]);
    if let Some(version) = entry.versions.values_mut().next() {
        change(Arc::make_mut(version));
        node.plane.prepare_version(version).await.unwrap();
    }
    node.publish(entry);
}

pub(crate) async fn serve_streams() -> Node {
    serve_streams_within(LIMITS).await
}

async fn serve_streams_within(limits: Limits) -> Node {
    serve(SERVICE, PROTO, COMPONENT, limits).await
}
