//! Requests of a guest in the trace of its call.

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri};
use wasmtime_wasi_http::Error;

use crate::telemetry::{CallTrace, ClientSpan, Span, SpanContext, TRACEPARENT, TRACESTATE};

/// What the requests of one call say of its trace.
pub(in crate::host) struct OutgoingTrace {
    parent: Option<HeaderValue>,
    state: Option<HeaderValue>,
    call: Option<Arc<CallTrace>>,
}

/// The span of a request, which ends when it is dropped.
pub(super) struct Sending(Option<Recorded>);

struct Recorded {
    call: Arc<CallTrace>,
    context: SpanContext,
    method: Method,
    uri: Uri,
    began: SystemTime,
    outcome: Result<StatusCode, &'static str>,
}

impl OutgoingTrace {
    /// Of a call that came with these headers.
    pub(in crate::host) fn new(metadata: &HeaderMap, call: Option<&Arc<CallTrace>>) -> Self {
        let is_traced = SpanContext::of(metadata).is_some();
        let header = |name| metadata.get(name).filter(|_| is_traced).cloned();
        Self {
            parent: header(TRACEPARENT),
            state: header(TRACESTATE),
            call: call.cloned(),
        }
    }

    /// A request is sent: in a span of its own where such are recorded, or else in that
    /// of the call. What the guest says itself is left as it is.
    pub(super) fn begin<B>(&self, request: &mut Request<B>) -> Sending {
        let recorded = self.call.as_ref();
        let recorded = recorded
            .filter(|call| call.context.is_sampled)
            .map(|call| Recorded {
                call: Arc::clone(call),
                context: call.context.child(),
                method: request.method().clone(),
                uri: request.uri().clone(),
                began: SystemTime::now(),
                outcome: Err("cancelled"),
            });
        let headers = request.headers_mut();
        if !headers.contains_key(TRACEPARENT) {
            let own = recorded.as_ref().map(|recorded| recorded.context.header());
            if let Some(parent) = own.or_else(|| self.parent.clone()) {
                headers.insert(TRACEPARENT, parent);
            }
            headers.remove(TRACESTATE);
            if let Some(state) = &self.state {
                headers.insert(TRACESTATE, state.clone());
            }
        }
        Sending(recorded)
    }
}

/// What went wrong, in few words of which there are few.
pub(super) fn error_type(error: &Error) -> &'static str {
    match error {
        Error::HttpRequestDenied | Error::DestinationIpProhibited => "denied",
        Error::HttpResponseTimeout => "timeout",
        Error::ConnectionRefused => "connection_refused",
        Error::ConnectionLimitReached => "connection_limit",
        Error::DnsError { .. } => "dns",
        Error::TlsProtocolError => "tls",
        _ => "_OTHER",
    }
}

impl Sending {
    /// What came of the request.
    pub(super) fn end(&mut self, outcome: Result<StatusCode, &'static str>) {
        if let Some(recorded) = &mut self.0 {
            recorded.outcome = outcome;
        }
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let began = self.began;
        let span = ClientSpan {
            context: self.context,
            parent: self.call.context.span,
            state: self.call.state.clone(),
            method: self.method.clone(),
            uri: self.uri.clone(),
            began,
            ended: SystemTime::now().max(began),
            outcome: self.outcome,
        };
        self.call.record(Span::Client(Box::new(span)));
    }
}
