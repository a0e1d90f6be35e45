//! Compiled components outlive the node.

use std::fs;
use std::path::PathBuf;

use crate::client::GrpcClient;
use crate::guest;
use crate::node::{LIMITS, Node, Version};

const FOO: &str = "example.com:bar.FooService";

fn artifact(node: &Node) -> PathBuf {
    let mut artifacts: Vec<PathBuf> = fs::read_dir(node.folder.path().join("artifacts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "cwasm"))
        .collect();
    assert_eq!(artifacts.len(), 1);
    artifacts.remove(0)
}

async fn restart(node: Node) -> Node {
    let folder = node.stop().await;
    let selector = Box::new(|_| unreachable!("only one version is served"));
    Node::start_in(folder, selector).await
}

#[tokio::test]
async fn a_node_that_starts_again_loads_what_it_compiled() {
    let node = Node::serving(guest::echo()).await;
    let path = artifact(&node);
    let written = fs::metadata(&path).unwrap().modified().unwrap();
    let node = restart(node).await;
    let entry = node.entry(FOO, LIMITS, vec![Version::new("1.0.0", guest::echo(), 1)]);
    // Nothing is left to compile from.
    for version in entry.versions.values() {
        fs::remove_file(&version.component_file).unwrap();
        vimana_runtime::Serving::prepare_version(&*node.plane, version)
            .await
            .unwrap();
    }
    node.publish(entry);
    let client = GrpcClient::connect(&node).await;
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
    assert_eq!(fs::metadata(&path).unwrap().modified().unwrap(), written);
}

#[tokio::test]
async fn a_damaged_artifact_is_made_again() {
    let node = Node::serving(guest::echo()).await;
    let path = artifact(&node);
    let good = fs::read(&path).unwrap();
    let mut damaged = good.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    fs::write(&path, &damaged).unwrap();
    let node = restart(node).await;
    node.put(FOO, LIMITS, vec![Version::new("1.0.0", guest::echo(), 1)])
        .await;
    let client = GrpcClient::connect(&node).await;
    assert_eq!(client.say_hello("Ada").await.unwrap(), "Ada");
    assert_ne!(fs::read(artifact(&node)).unwrap(), damaged);
}

#[cfg(unix)]
#[tokio::test]
async fn artifacts_and_their_key_belong_to_the_node_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let node = Node::serving(guest::echo()).await;
    for path in [artifact(&node), node.folder.path().join("artifacts/key")] {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}
