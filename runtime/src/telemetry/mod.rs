//! What a node tells of the requests that it serves.
//!
//! # Invariants
//!
//! - To measure a request takes atomic counters that were found before it came: no lock,
//!   no allocation, no look-up by name.
//! - There are as many series as there are deployed versions with methods that were
//!   called. The series of a version go with it.

mod export;
mod metrics;
mod otlp;
mod process;
mod protocol;
mod settings;
mod trace;

pub(crate) use export::{CallTrace, Sink, Telemetry};
pub use metrics::{MetricsFormat, MetricsPage};
pub(crate) use metrics::{Series, VersionMetrics};
pub(crate) use protocol::Protocol;
pub use settings::TelemetrySettings;
pub(crate) use trace::{
    ClientSpan, HttpHead, ServerSpan, Span, SpanContext, TRACEPARENT, TRACESTATE,
};
