//! A call in encoded messages: what is the same for services that are deployed and
//! for those that the node has itself.

use bytes::Bytes;
use futures::stream::BoxStream;
use http::{HeaderMap, Request};
use tokio::time::Instant;
use vimana_interface::Arity;

use super::content::Codec;
use super::deployed;
use super::own::{self, OwnMethod};
use crate::data_plane::DataPlane;
use crate::data_plane::exchange::{Admitted, Callee, Observation};
use crate::data_plane::failure::Refusal;
use crate::listener::Connection;
use crate::telemetry::Protocol;

/// What a request calls.
pub(super) enum Target {
    Deployed(Callee),
    Own(OwnMethod),
}

/// What is known of the client.
pub(super) struct Caller {
    pub(super) metadata: HeaderMap,
    pub(super) deadline: Instant,
    pub(super) admitted: Admitted,
    /// What is told of the call.
    pub(super) observation: Observation,
}

/// What the client sends, plain.
pub(super) enum Input {
    One(Bytes),
    /// Each item is what has arrived.
    Stream(BoxStream<'static, Result<Vec<Bytes>, Refusal>>),
}

/// What the client gets, plain.
pub(super) struct Output {
    pub(super) headers: HeaderMap,
    pub(super) body: OutputBody,
}

pub(super) enum OutputBody {
    One {
        message: Bytes,
        trailers: HeaderMap,
    },
    /// Messages, then the end, and nothing more.
    Stream(BoxStream<'static, Piece>),
}

/// A part of a response stream.
pub(super) enum Piece {
    Messages(Vec<Bytes>),
    /// The trailers, or why there are no more messages.
    End(Result<HeaderMap, Refusal>),
}

impl Target {
    pub(super) fn arity(&self) -> Arity {
        match self {
            Self::Deployed(callee) => callee.method.method().arity,
            Self::Own(method) => Arity::of(&method.descriptor),
        }
    }

    /// Whether the method says that a call changes nothing, so that it may be made by
    /// following a link.
    pub(super) fn is_safe(&self) -> bool {
        use prost_types::method_options::IdempotencyLevel::NoSideEffects;
        let descriptor = match self {
            Self::Deployed(callee) => &callee.method.method().descriptor,
            Self::Own(method) => &method.descriptor,
        };
        let options = &descriptor.method_descriptor_proto().options;
        options
            .as_ref()
            .is_some_and(|options| options.idempotency_level() == NoSideEffects)
    }

    /// What is told of a call that came at `arrival`. Of the node's own services, nothing
    /// is.
    pub(super) fn observe<B>(&self, arrival: Instant, request: &Request<B>) -> Observation {
        match self {
            Self::Deployed(callee) => {
                Observation::begin(callee, Protocol::Connect, arrival, request)
            }
            Self::Own(_) => Observation::default(),
        }
    }

    /// Who calls, and whether they may.
    pub(super) async fn admit(
        &self,
        headers: &mut HeaderMap,
        connection: Option<&Connection>,
        deadline: Instant,
    ) -> Result<Admitted, Refusal> {
        match self {
            Self::Deployed(callee) => callee.admit(headers, connection, deadline).await,
            Self::Own(_) => Ok(Admitted::ANYBODY),
        }
    }

    /// Bytes of one request message.
    pub(super) fn request_limit(&self) -> usize {
        match self {
            Self::Deployed(callee) => callee.request_limit(),
            Self::Own(_) => own::MAX_REQUEST_BYTES,
        }
    }

    /// A message beyond the limit.
    pub(super) fn too_large(&self) -> Refusal {
        match self {
            Self::Deployed(callee) => Refusal::request_too_large(callee),
            Self::Own(_) => own::too_large(),
        }
    }

    /// When a call that arrived at `arrival` must be over.
    pub(super) fn deadline(
        &self,
        arrival: Instant,
        timeout: Option<std::time::Duration>,
    ) -> Instant {
        let limit = match self {
            Self::Deployed(callee) => callee.limits.timeout,
            Self::Own(_) => own::TIMEOUT,
        };
        arrival + timeout.map_or(limit, |timeout| timeout.min(limit))
    }

    /// The deadline has passed.
    pub(super) fn late(&self) -> Refusal {
        match self {
            Self::Deployed(callee) => Refusal::deadline(callee),
            Self::Own(_) => own::late(),
        }
    }

    /// Calls the method.
    pub(super) async fn call(
        &self,
        plane: &DataPlane,
        codec: Codec,
        caller: Caller,
        input: Input,
    ) -> Result<Output, Refusal> {
        match self {
            Self::Deployed(callee) => deployed::call(plane, callee, codec, caller, input).await,
            Self::Own(method) => own::call(plane, method, codec, input).await,
        }
    }
}
