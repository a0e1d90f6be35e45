//! Telemetry as the messages of OTLP (<https://opentelemetry.io/docs/specs/otlp/>), with
//! the names of OpenTelemetry's semantic conventions.

mod attributes;
mod logs;
mod metrics;
mod resource;
mod spans;

pub(crate) use logs::LogEntry;
pub(super) use logs::logs_request;
pub(super) use metrics::metrics_request;
pub(super) use resource::Resource;
pub(super) use spans::spans_request;
