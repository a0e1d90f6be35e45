//! Where a version's telemetry goes.

use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderMap;
use tracing::Level;

use super::exporter::Exporter;
use crate::telemetry::metrics::VersionMetrics;
use crate::telemetry::otlp::{LogEntry, Resource};
use crate::telemetry::trace::{Span, SpanContext, TRACEPARENT, TRACESTATE};

/// Where a version's telemetry goes.
pub(crate) struct Sink {
    pub(super) resource: Arc<Resource>,
    pub(super) metrics: Arc<VersionMetrics>,
    exporter: Arc<Exporter>,
}

/// One call in its trace.
pub(crate) struct CallTrace {
    sink: Arc<Sink>,
    /// The span of the call.
    pub(crate) context: SpanContext,
    /// The span that the request was sent in.
    pub(crate) parent: Option<u64>,
    /// What other tracing systems keep in a trace.
    pub(crate) state: String,
}

impl Sink {
    pub(super) fn new(
        resource: Resource,
        metrics: Arc<VersionMetrics>,
        exporter: Arc<Exporter>,
    ) -> Self {
        Self {
            resource: Arc::new(resource),
            metrics,
            exporter,
        }
    }

    /// The trace of a call that came with these headers: that of its sender, or one that
    /// begins here.
    pub(crate) fn call(self: &Arc<Self>, headers: &HeaderMap) -> CallTrace {
        let parent = SpanContext::of(headers);
        let trace = parent.map_or_else(|| rand::random_range(1..=u128::MAX), |from| from.trace);
        let is_sampled = self.exporter.sampler().is_sampled(parent, trace);
        CallTrace {
            sink: Arc::clone(self),
            context: SpanContext::new(trace, is_sampled),
            parent: parent.map(|parent| parent.span),
            state: parent.map(|_| state(headers)).unwrap_or_default(),
        }
    }
}

/// The `tracestate`, which may have come in parts (W3C Trace Context, section 3.3).
fn state(headers: &HeaderMap) -> String {
    let parts = headers.get_all(TRACESTATE).iter();
    let parts: Vec<_> = parts.filter_map(|part| part.to_str().ok()).collect();
    parts.join(",")
}

impl CallTrace {
    /// Has the guest see the call's own span as that of its request.
    pub(crate) fn enter(&self, headers: &mut HeaderMap) {
        headers.insert(TRACEPARENT, self.context.header());
        if self.parent.is_none() {
            headers.remove(TRACESTATE);
        }
    }

    /// A span has ended.
    pub(crate) fn record(&self, span: Span) {
        self.sink.exporter.span(&self.sink.resource, span);
    }

    /// The guest wrote a line.
    pub(crate) fn log(
        &self,
        level: Level,
        source: &'static str,
        method: &Arc<str>,
        request_id: u128,
        text: &str,
    ) {
        let entry = LogEntry {
            time: SystemTime::now(),
            level,
            source,
            method: Arc::clone(method),
            request_id,
            context: self.context,
            text: text.to_owned(),
        };
        self.sink.exporter.log(&self.sink.resource, entry);
    }
}
