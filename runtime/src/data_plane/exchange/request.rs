//! What a front hands over.

use std::sync::Arc;

use futures::stream::BoxStream;
use http::HeaderMap;
use tokio::time::Instant;
use wasmtime::component::Val;

use crate::data_plane::failure::Refusal;
use crate::host::Wire;
use crate::listener::Connection;

/// What is known of a request before its first message.
#[derive(Debug)]
pub(in crate::data_plane) struct Head {
    /// The headers, as they came.
    pub(in crate::data_plane) metadata: HeaderMap,
    /// When the answer must be complete.
    pub(in crate::data_plane) deadline: Instant,
    /// How the request came.
    pub(in crate::data_plane) protocol: Protocol,
    /// How the messages travel, for protocols that compress each on its own.
    pub(in crate::data_plane) wire: Option<Arc<Wire>>,
    /// What the request came over: `Connection::of` its extensions.
    pub(in crate::data_plane) connection: Option<Connection>,
}

/// How a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::data_plane) enum Protocol {
    /// gRPC over HTTP/2.
    Grpc,
    /// gRPC-Web, over whichever HTTP.
    GrpcWeb,
    /// Connect, unary or streaming.
    Connect,
    /// HTTP rules.
    Json,
}

impl Protocol {
    /// The name, for telemetry.
    pub(in crate::data_plane) fn name(self) -> &'static str {
        match self {
            Self::Grpc => "grpc",
            Self::GrpcWeb => "grpc-web",
            Self::Connect => "connect",
            Self::Json => "json",
        }
    }
}

/// What the client sends.
pub(in crate::data_plane) enum Requests {
    /// The one message of a method that takes one.
    One(Val),
    /// The messages of a client stream: each item is what has arrived, in order and
    /// never empty. The end is the client's half-close, and an error ends the call
    /// with it.
    Stream(BoxStream<'static, Result<Vec<Val>, Refusal>>),
}
