//! What is told of a request.

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, Request, StatusCode};
use tokio::time::Instant;
use tonic::Code;

use super::Callee;
use crate::data_plane::failure::Refusal;
use crate::data_plane::interfaces::Binding;
use crate::data_plane::versions::VersionSlot;
use crate::listener::Connection;
use crate::telemetry::{CallTrace, HttpHead, Protocol, Series, ServerSpan, Span};
use crate::transcode::http_status;

/// A request from its head to the end of its answer. It goes along with what is left to
/// do, and tells when it is dropped. A request that nobody knows the end of was given
/// up: by the clock where its time was up, or else by its client.
#[derive(Default)]
pub(in crate::data_plane) struct Observation(Option<Observed>);

struct Observed {
    slot: Arc<VersionSlot>,
    /// The method's place in the interface.
    method: usize,
    protocol: Protocol,
    began: Instant,
    deadline: Option<Instant>,
    code: Option<Code>,
    /// Of HTTP, where it is not the one that belongs to the code.
    status: Option<StatusCode>,
    /// The trace, where the version's telemetry goes anywhere.
    trace: Option<Arc<CallTrace>>,
    /// What is recorded, where the trace is.
    span: Option<Box<ServerSpan>>,
}

impl Observation {
    /// A request of `callee`, whose head came at `began`.
    pub(in crate::data_plane) fn begin<B>(
        callee: &Callee,
        protocol: Protocol,
        began: Instant,
        request: &Request<B>,
    ) -> Self {
        let mut observation = Self::copy(callee, protocol, began, request.headers());
        if let Some(span) = observation.span() {
            let (uri, headers) = (request.uri(), request.headers());
            let mut head = HttpHead::new(request.method(), uri, request.version(), headers);
            if let Some(connection) = Connection::of(request.extensions()) {
                head.peer = Some(connection.peer);
                head.is_secure = connection.is_secure;
            }
            span.http = Some(head);
        }
        observation
    }

    /// A copy of a request, of which nothing but its headers is left.
    pub(super) fn copy(
        callee: &Callee,
        protocol: Protocol,
        began: Instant,
        headers: &HeaderMap,
    ) -> Self {
        let sink = callee.slot.sink.as_ref();
        let trace = sink.map(|sink| Arc::new(sink.call(headers)));
        let recorded = trace.as_ref().filter(|trace| trace.context.is_sampled);
        let span = recorded.map(|trace| {
            let now = SystemTime::now();
            Box::new(ServerSpan {
                context: trace.context,
                parent: trace.parent,
                state: trace.state.clone(),
                protocol,
                method: Arc::clone(&callee.method.path),
                began: now.checked_sub(began.elapsed()).unwrap_or(now),
                ended: now,
                code: Code::Ok,
                status: StatusCode::OK,
                route: None,
                http: None,
            })
        });
        let observed = Observed {
            slot: Arc::clone(&callee.slot),
            method: callee.method.index,
            protocol,
            began,
            deadline: None,
            code: None,
            status: None,
            trace,
            span,
        };
        if let Some(series) = observed.series() {
            series.begin();
        }
        Self(Some(observed))
    }

    /// The request came by an HTTP rule.
    pub(in crate::data_plane) fn bound_by(&mut self, binding: &Binding) {
        if let Some(span) = self.span() {
            span.route = Some(binding.route());
        }
    }

    /// Has the guest see its own span as the one that it was called in.
    pub(super) fn enter(&self, metadata: &mut HeaderMap) {
        if let Some(trace) = self.trace() {
            trace.enter(metadata);
        }
    }

    /// The trace that the request belongs to, where telemetry goes anywhere.
    pub(super) fn trace(&self) -> Option<&Arc<CallTrace>> {
        self.0.as_ref()?.trace.as_ref()
    }

    fn span(&mut self) -> Option<&mut ServerSpan> {
        self.0.as_mut()?.span.as_deref_mut()
    }

    /// The request must be answered by `deadline`.
    pub(in crate::data_plane) fn until(&mut self, deadline: Instant) {
        if let Some(observed) = &mut self.0 {
            observed.deadline = Some(deadline);
        }
    }

    /// The request ended with `code`, unless it is said to end otherwise.
    pub(in crate::data_plane) fn end(&mut self, code: Code) {
        if let Some(observed) = &mut self.0 {
            observed.code = Some(code);
        }
    }

    /// The request has ended with `code`: nothing follows.
    pub(super) fn finish(&mut self, code: Code) {
        self.end(code);
        self.0 = None;
    }

    /// The request came to nothing, and that is the end of it.
    pub(in crate::data_plane) fn refused(mut self, refusal: Refusal) -> Refusal {
        self.end(refusal.code());
        refusal
    }

    /// As [`Self::refused`], with a status that HTTP has and gRPC has not.
    pub(in crate::data_plane) fn rejected(mut self, code: Code, status: StatusCode) {
        self.end(code);
        if let Some(observed) = &mut self.0 {
            observed.status = Some(status);
        }
    }

    /// How the request came.
    pub(super) fn protocol(&self) -> Option<Protocol> {
        Some(self.0.as_ref()?.protocol)
    }

    /// There was no room for the request.
    pub(super) fn no_room(&self) {
        if let Some(series) = self.series() {
            series.refuse();
        }
    }

    /// The client has sent messages of a stream.
    pub(super) fn received(&self) -> Received {
        let observed = self.0.as_ref();
        Received(observed.map(|observed| {
            let slot = Arc::clone(&observed.slot);
            (slot, observed.method, observed.protocol)
        }))
    }

    /// Messages of a stream go to the client.
    pub(super) fn sent(&self, messages: usize) {
        if let Some(series) = self.series() {
            series.send(messages);
        }
    }

    fn series(&self) -> Option<&Series> {
        self.0.as_ref()?.series()
    }
}

impl Observed {
    fn series(&self) -> Option<&Series> {
        self.slot.metrics.series(self.method, self.protocol)
    }
}

impl Drop for Observed {
    fn drop(&mut self) {
        let now = Instant::now();
        let code = self.code.unwrap_or_else(|| {
            let is_late = self.deadline.is_some_and(|deadline| now >= deadline);
            if is_late {
                Code::DeadlineExceeded
            } else {
                Code::Cancelled
            }
        });
        let took = now.saturating_duration_since(self.began);
        if let Some(series) = self.series() {
            series.end(code, took);
        }
        if let (Some(mut span), Some(trace)) = (self.span.take(), &self.trace) {
            span.code = code;
            span.status = self.status.unwrap_or_else(|| http_status(code));
            // By the clock that never goes back.
            span.ended = span.began + took;
            trace.record(Span::Server(span));
        }
    }
}

/// Counts the messages of a client's stream.
pub(super) struct Received(Option<(Arc<VersionSlot>, usize, Protocol)>);

impl Received {
    pub(super) fn count(&self, messages: usize) {
        let Some((slot, method, protocol)) = &self.0 else {
            return;
        };
        if let Some(series) = slot.metrics.series(*method, *protocol) {
            series.receive(messages);
        }
    }
}
