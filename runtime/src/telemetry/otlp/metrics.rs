//! The counters of versions (semantic conventions, "RPC metrics").

use std::sync::Arc;
use std::time::SystemTime;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::number_data_point::Value;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum,
};
use tonic::Code;

use super::attributes::{nanos, number, scope, text};
use super::resource::Resource;
use crate::telemetry::Protocol;
use crate::telemetry::metrics::{BOUNDS, Labelled, Series, VersionMetrics, is_failure};

/// The request that sends what was counted until now. Versions that were never called
/// are left out.
pub(crate) fn metrics_request<'a>(
    versions: impl Iterator<Item = (&'a Arc<Resource>, &'a VersionMetrics)>,
    now: SystemTime,
) -> ExportMetricsServiceRequest {
    let resource_metrics = versions.filter_map(|(resource, version)| {
        let metrics = metrics(version, nanos(now));
        (!metrics.is_empty()).then(|| ResourceMetrics {
            resource: Some(resource.message()),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope()),
                metrics,
                ..ScopeMetrics::default()
            }],
            ..ResourceMetrics::default()
        })
    });
    ExportMetricsServiceRequest {
        resource_metrics: resource_metrics.collect(),
    }
}

fn metrics(version: &VersionMetrics, now: u64) -> Vec<Metric> {
    let called: Vec<_> = version.called().collect();
    if called.is_empty() {
        return Vec::new();
    }
    let since = nanos(version.since());
    let sum = |name: &str, unit: &str, is_monotonic, points: Vec<(Vec<KeyValue>, i64)>| {
        let points = points
            .into_iter()
            .map(|(attributes, value)| NumberDataPoint {
                attributes,
                start_time_unix_nano: since,
                time_unix_nano: now,
                value: Some(Value::AsInt(value)),
                ..NumberDataPoint::default()
            });
        let data = Data::Sum(Sum {
            data_points: points.collect(),
            aggregation_temporality: AggregationTemporality::Cumulative.into(),
            is_monotonic,
        });
        metric(name, unit, data)
    };
    let by_code = |is_counted: fn(Code) -> bool| {
        let points = called.iter().flat_map(|labelled| {
            let ended = labelled.series.durations();
            let ended = ended.filter(|(code, _)| is_counted(*code));
            ended.map(|(code, read)| (with_code(labelled, code), signed(read.count)))
        });
        points.collect::<Vec<_>>()
    };
    let each = |read: fn(&Series) -> i64| {
        let points = called.iter();
        let points = points.map(|labelled| (labels(labelled), read(labelled.series)));
        points.collect::<Vec<_>>()
    };
    let durations = called.iter().flat_map(|labelled| {
        let ended = labelled.series.durations();
        ended.map(|(code, read)| HistogramDataPoint {
            attributes: with_code(labelled, code),
            start_time_unix_nano: since,
            time_unix_nano: now,
            count: read.count,
            sum: Some(read.sum.as_secs_f64() * 1000.0),
            bucket_counts: read.buckets.to_vec(),
            explicit_bounds: BOUNDS.iter().map(|(seconds, _)| seconds * 1000.0).collect(),
            ..HistogramDataPoint::default()
        })
    });
    let durations = Data::Histogram(Histogram {
        data_points: durations.collect(),
        aggregation_temporality: AggregationTemporality::Cumulative.into(),
    });
    vec![
        metric("rpc.server.duration", "ms", durations),
        sum("vimana.requests", "{request}", true, by_code(|_| true)),
        sum(
            "vimana.request_errors",
            "{request}",
            true,
            by_code(is_failure),
        ),
        sum(
            "vimana.requests_in_flight",
            "{request}",
            false,
            each(Series::in_flight),
        ),
        sum(
            "vimana.requests_refused",
            "{request}",
            true,
            each(|series| signed(series.refused())),
        ),
        sum(
            "vimana.messages_received",
            "{message}",
            true,
            each(|series| signed(series.received())),
        ),
        sum(
            "vimana.messages_sent",
            "{message}",
            true,
            each(|series| signed(series.sent())),
        ),
    ]
}

fn metric(name: &str, unit: &str, data: Data) -> Metric {
    Metric {
        name: name.to_owned(),
        unit: unit.to_owned(),
        data: Some(data),
        ..Metric::default()
    }
}

fn labels(labelled: &Labelled<'_>) -> Vec<KeyValue> {
    let (_, service) = labelled.service.split_once(':').unwrap_or_default();
    let system = match labelled.protocol {
        Protocol::Grpc | Protocol::GrpcWeb => "grpc",
        Protocol::Connect => "connect_rpc",
        Protocol::Json => "http",
    };
    vec![
        text("rpc.system", system),
        text("rpc.service", service),
        text("rpc.method", labelled.method),
        text("vimana.protocol", labelled.protocol.name()),
    ]
}

fn with_code(labelled: &Labelled<'_>, code: Code) -> Vec<KeyValue> {
    let mut labels = labels(labelled);
    labels.push(number("rpc.grpc.status_code", code as i32));
    labels
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
