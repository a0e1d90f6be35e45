//! What a front gets back.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;
use tonic::Code;
use wasmtime::component::Val;

use super::callee::Callee;
use super::input::InputFailure;
use super::telemetry::Observation;
use crate::data_plane::failure::Refusal;
use crate::data_plane::quota::Permit;
use crate::host::{Answer, Streaming};

/// A response before it is encoded.
pub(in crate::data_plane) struct Reply {
    /// The headers that the guest added.
    pub(in crate::data_plane) headers: HeaderMap,
    /// The messages.
    pub(in crate::data_plane) body: Replies,
    /// What is told of the request, until the answer is written. A stream has it itself.
    pub(in crate::data_plane) observation: Observation,
}

impl Reply {
    /// The same with what is told of the request: all is well, unless the answer cannot
    /// be written.
    pub(super) fn observed(mut self, mut observation: Observation) -> Self {
        match &mut self.body {
            Replies::One { .. } => {
                observation.end(Code::Ok);
                self.observation = observation;
            }
            Replies::Stream(stream) => stream.observation = observation,
        }
        self
    }

    /// The same with a further header.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.append(name, value);
        self
    }
}

/// What the guest sends.
pub(in crate::data_plane) enum Replies {
    /// The one message of a method that gives one.
    One {
        message: Val,
        /// The trailers that the guest added.
        trailers: HeaderMap,
    },
    /// The messages of a server stream.
    Stream(ReplyStream),
}

/// The messages of a server stream, as the guest makes them. To drop it is to cancel
/// the guest.
pub(in crate::data_plane) struct ReplyStream {
    callee: Box<Callee>,
    /// Bounded, so that a slow client slows the guest.
    items: mpsc::Receiver<Vec<Val>>,
    /// The guest's task, until it was asked what the call came to.
    end: Option<AbortOnDropHandle<Answer<()>>>,
    /// Why the client's own stream failed, where it did.
    input_failure: InputFailure,
    trailers: HeaderMap,
    permit: Option<Permit>,
    observation: Observation,
}

impl ReplyStream {
    pub(super) fn new(callee: Callee, streaming: Streaming, input_failure: InputFailure) -> Self {
        Self {
            callee: Box::new(callee),
            items: streaming.items,
            end: Some(streaming.end),
            input_failure,
            trailers: HeaderMap::new(),
            permit: None,
            observation: Observation::default(),
        }
    }

    /// Keeps the request's permit until the stream is dropped.
    pub(super) fn hold(&mut self, permit: Permit) {
        self.permit = Some(permit);
    }

    /// The next messages, as many as are there, in order and never none; `None` when
    /// the guest has ended the stream. After an error there is nothing more.
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Vec<Val>, Refusal>>> {
        if let Some(items) = ready!(self.items.poll_recv(cx)) {
            self.observation.sent(items.len());
            return Poll::Ready(Some(Ok(items)));
        }
        let Some(end) = &mut self.end else {
            return Poll::Ready(None);
        };
        let ended = ready!(Pin::new(end).poll(cx));
        self.end = None;
        let Ok(answer) = ended else {
            return Poll::Ready(Some(Err(self.refused(Refusal::interrupted()))));
        };
        Poll::Ready(match answer.outcome {
            Ok(()) => {
                self.trailers = answer.trailers;
                self.observation.finish(Code::Ok);
                None
            }
            Err(error) => {
                let refusal = self.input_failure.explain(&self.callee, error);
                let refusal = refusal.with_metadata(answer.headers, answer.trailers);
                Some(Err(self.refused(refusal)))
            }
        })
    }

    /// The stream ends with a refusal: the guest's, or that of whoever writes it.
    pub(in crate::data_plane) fn refused(&mut self, refusal: Refusal) -> Refusal {
        self.observation.finish(refusal.code());
        refusal
    }

    /// As [`Self::poll_next`].
    pub(in crate::data_plane) async fn next(&mut self) -> Option<Result<Vec<Val>, Refusal>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// The trailers that the guest added; known when the stream has ended with `None`.
    pub(in crate::data_plane) fn take_trailers(&mut self) -> HeaderMap {
        std::mem::take(&mut self.trailers)
    }
}
