//! What became of telemetry.

use std::sync::atomic::{AtomicU64, Ordering};

/// A kind of telemetry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    Logs,
}

impl Signal {
    pub(crate) const ALL: [Self; 3] = [Self::Traces, Self::Metrics, Self::Logs];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Traces => "traces",
            Self::Metrics => "metrics",
            Self::Logs => "logs",
        }
    }

    /// Where it goes over HTTP, below the endpoint (OTLP, "OTLP/HTTP Request").
    pub(super) const fn http_path(self) -> &'static str {
        match self {
            Self::Traces => "v1/traces",
            Self::Metrics => "v1/metrics",
            Self::Logs => "v1/logs",
        }
    }

    /// The method of gRPC that takes it.
    pub(super) const fn grpc_path(self) -> &'static str {
        match self {
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        }
    }
}

/// Counters of one signal: spans, lines, or reports of metrics.
#[derive(Debug, Default)]
pub(crate) struct Count {
    sent: AtomicU64,
    dropped: AtomicU64,
}

/// Counters of all signals.
#[derive(Debug, Default)]
pub(crate) struct Counts([Count; Signal::ALL.len()]);

impl Counts {
    pub(crate) fn of(&self, signal: Signal) -> &Count {
        &self.0[signal as usize]
    }
}

impl Count {
    pub(super) fn send(&self, items: usize) {
        self.sent.fetch_add(items as u64, Ordering::Relaxed);
    }

    pub(super) fn drop(&self, items: usize) {
        self.dropped.fetch_add(items as u64, Ordering::Relaxed);
    }

    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}
