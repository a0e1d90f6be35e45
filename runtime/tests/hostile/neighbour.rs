//! The service beside: it answers whoever calls it, whatever happens elsewhere.

use std::net::SocketAddr;

use crate::client::GrpcClient;
use crate::guest;
use crate::node::{LIMITS, Node, Version};

pub(crate) const HOSTILE: &str = "hostile.example:bar.FooService";
pub(crate) const HOSTILE_DOMAIN: &str = "hostile.example";
const NEIGHBOUR: &str = "neighbour.example:bar.FooService";
const NEIGHBOUR_DOMAIN: &str = "neighbour.example";

/// A well-behaved service on a node, with a client of it.
pub(crate) struct Neighbour(GrpcClient);

impl Neighbour {
    pub(crate) async fn beside(node: &Node) -> Self {
        let version = Version::new("1.0.0", guest::echo(), 1);
        node.put(NEIGHBOUR, LIMITS, vec![version]).await;
        Self::at(node.address).await
    }

    /// The client alone, of a node that is elsewhere.
    pub(crate) async fn at(node: SocketAddr) -> Self {
        Self(GrpcClient::connect_to(node, NEIGHBOUR_DOMAIN).await)
    }

    /// One call, which must be answered, and rightly.
    pub(crate) async fn answers(&self) {
        assert_eq!(self.0.say_hello("neighbour").await.unwrap(), "neighbour");
    }

    /// As many calls, one after the other.
    pub(crate) async fn keeps_answering(&self, calls: usize) {
        for _ in 0..calls {
            self.answers().await;
        }
    }
}
