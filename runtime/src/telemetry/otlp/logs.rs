//! Lines that guests write, as records of logs.

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::common::v1::AnyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use tracing::Level;

use super::attributes::{nanos, scope, text};
use super::resource::Resource;
use crate::telemetry::trace::SpanContext;

/// A line.
#[derive(Debug)]
pub(crate) struct LogEntry {
    pub(crate) time: SystemTime,
    pub(crate) level: Level,
    /// How it came: `log`, `stdout`, `stderr`, or `host` where the node says it.
    pub(crate) source: &'static str,
    /// `bar.FooService/SayHello`.
    pub(crate) method: Arc<str>,
    pub(crate) request_id: u128,
    pub(crate) context: SpanContext,
    pub(crate) text: String,
}

impl LogEntry {
    /// About how many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        size_of::<Self>() + self.text.len()
    }
}

/// The request that sends lines, those of one resource together.
pub(crate) fn logs_request(entries: Vec<(Arc<Resource>, LogEntry)>) -> ExportLogsServiceRequest {
    let mut by_resource: Vec<(Arc<Resource>, Vec<LogRecord>)> = Vec::new();
    for (resource, entry) in entries {
        let record = record(entry);
        let known = by_resource.iter_mut();
        match known
            .into_iter()
            .find(|(known, _)| Arc::ptr_eq(known, &resource))
        {
            Some((_, records)) => records.push(record),
            None => by_resource.push((resource, vec![record])),
        }
    }
    let resource_logs = by_resource
        .into_iter()
        .map(|(resource, records)| ResourceLogs {
            resource: Some(resource.message()),
            scope_logs: vec![ScopeLogs {
                scope: Some(scope()),
                log_records: records,
                ..ScopeLogs::default()
            }],
            ..ResourceLogs::default()
        });
    ExportLogsServiceRequest {
        resource_logs: resource_logs.collect(),
    }
}

fn record(entry: LogEntry) -> LogRecord {
    let (service, method) = entry.method.split_once('/').unwrap_or_default();
    let mut attributes = vec![
        text("rpc.service", service),
        text("rpc.method", method),
        text("vimana.request.id", format!("{:032x}", entry.request_id)),
    ];
    if matches!(entry.source, "stdout" | "stderr") {
        attributes.push(text("log.iostream", entry.source));
    }
    let time = nanos(entry.time);
    LogRecord {
        time_unix_nano: time,
        observed_time_unix_nano: time,
        severity_number: severity(entry.level).into(),
        severity_text: entry.level.to_string(),
        body: Some(AnyValue {
            value: Some(Value::StringValue(entry.text)),
        }),
        attributes,
        flags: u32::from(entry.context.is_sampled),
        trace_id: entry.context.trace.to_be_bytes().to_vec(),
        span_id: entry.context.span.to_be_bytes().to_vec(),
        ..LogRecord::default()
    }
}

fn severity(level: Level) -> SeverityNumber {
    match level {
        Level::ERROR => SeverityNumber::Error,
        Level::WARN => SeverityNumber::Warn,
        Level::INFO => SeverityNumber::Info,
        Level::DEBUG => SeverityNumber::Debug,
        Level::TRACE => SeverityNumber::Trace,
    }
}
