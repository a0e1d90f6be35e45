//! What a front hands over.

use std::sync::Arc;

use futures::stream::BoxStream;
use http::HeaderMap;
use tokio::time::Instant;
use wasmtime::component::Val;

use super::Admitted;
use super::telemetry::Observation;
use crate::data_plane::failure::Refusal;
use crate::host::Wire;

/// What is known of a request before its first message.
pub(in crate::data_plane) struct Head {
    /// The headers, as they came.
    pub(in crate::data_plane) metadata: HeaderMap,
    /// When the answer must be complete.
    pub(in crate::data_plane) deadline: Instant,
    /// What is told of the request.
    pub(in crate::data_plane) observation: Observation,
    /// How the messages travel, for protocols that compress each on its own.
    pub(in crate::data_plane) wire: Option<Arc<Wire>>,
    /// Who calls: what [`Callee::admit`](super::Callee::admit) said.
    pub(in crate::data_plane) admitted: Admitted,
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
