//! Streams of all arities, of guests made by other people's tools.

mod arities;
pub(crate) mod client;
mod endings;
mod load;

use std::path::PathBuf;

use vimana_runtime::Limits;

use crate::node::{LIMITS, Node, Version};

fn file(path: &str) -> Vec<u8> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    std::fs::read(root.join("..").join(path)).unwrap()
}

/// A node that serves a service whose files lie in the repository.
async fn serve(service: &str, proto: &str, component: &str, limits: Limits) -> Node {
    let node = Node::start().await;
    let mut version = Version::new("1.0.0", file(component), 1);
    version.proto = String::from_utf8(file(proto)).unwrap();
    if !version.proto.contains("vimana/options.proto") {
        // As the compiler does it.
        version.proto += "import \"vimana/options.proto\";";
    }
    node.put(service, limits, vec![version]).await;
    node
}

pub(crate) async fn serve_streams() -> Node {
    serve_streams_within(LIMITS).await
}

async fn serve_streams_within(limits: Limits) -> Node {
    serve(
        "example.com:streams.v1.StreamService",
        "tests/repos/streams/streams.proto",
        "tests/repos/streams/streams-1.0.0.wasm",
        limits,
    )
    .await
}
