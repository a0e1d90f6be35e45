//! Logs and metrics over OTLP.

use std::time::Duration;

use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::AggregationTemporality;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use vimana_runtime::ExportProtocol;

use super::receiver::{Receiver, attributes};
use super::{exporter, prompt, serve, telling};
use crate::client::{GrpcClient, get};
use crate::guest;
use crate::node::{Node, Version};

#[tokio::test]
async fn what_a_guest_writes_belongs_to_its_span() {
    for protocol in [ExportProtocol::Grpc, ExportProtocol::Http] {
        let receiver = Receiver::start(protocol).await;
        let node = telling(&exporter(protocol, receiver.address), guest::logger()).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("two\nlines").await.unwrap();
        let (_, span) = receiver.spans(1).await.remove(0);
        let (resource, log) = receiver
            .when(|received| received.logs.first().cloned())
            .await;
        assert_eq!(resource["service.name"], "bar.FooService");
        let body = log.body.unwrap().value.unwrap();
        assert_eq!(body, Value::StringValue("two\nlines".to_owned()));
        assert_eq!((log.severity_number, &*log.severity_text), (13, "WARN"));
        assert_eq!((log.trace_id, log.span_id), (span.trace_id, span.span_id));
        assert!(log.time_unix_nano >= span.start_time_unix_nano);
        let found = attributes(&log.attributes);
        assert_eq!(found["rpc.method"], "SayHello");
        assert_eq!(found["vimana.request.id"].len(), 32);
    }
}

#[tokio::test]
async fn what_goes_wrong_in_a_guest_is_in_its_log() {
    let receiver = Receiver::start(ExportProtocol::Http).await;
    let exporter = exporter(ExportProtocol::Http, receiver.address);
    let node = telling(&exporter, guest::trap()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    let (_, log) = receiver
        .when(|received| received.logs.first().cloned())
        .await;
    let Value::StringValue(text) = log.body.unwrap().value.unwrap() else {
        panic!("a line is text");
    };
    assert!(text.contains("unreachable"), "{text}");
    assert_eq!(log.severity_text, "ERROR");
}

#[tokio::test]
async fn metrics_are_reported_at_intervals() {
    for protocol in [ExportProtocol::Grpc, ExportProtocol::Http] {
        let receiver = Receiver::start(protocol).await;
        let mut settings = prompt();
        settings.metric_interval = Duration::from_millis(5);
        let node = Node::telling(settings).await;
        let version = Version::new("1.0.0", guest::not_found(), 1);
        serve(&node, &exporter(protocol, receiver.address), vec![version]).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("").await.unwrap_err();
        client.say_hello("").await.unwrap_err();
        get(&node, "example.com", "/say-hi").await;
        let histogram = receiver
            .when(|received| {
                let metrics = received.metrics.iter();
                let mut durations =
                    metrics.filter(|(_, metric)| metric.name == "rpc.server.duration");
                let last = durations.next_back()?.1.data.clone()?;
                let Data::Histogram(histogram) = last else {
                    panic!("durations are a histogram");
                };
                (histogram.data_points.len() == 2).then_some(histogram)
            })
            .await;
        let cumulative = AggregationTemporality::Cumulative as i32;
        assert_eq!(histogram.aggregation_temporality, cumulative);
        let grpc = &histogram.data_points[0];
        let found = attributes(&grpc.attributes);
        assert_eq!(found["vimana.protocol"], "grpc");
        assert_eq!(found["rpc.grpc.status_code"], "5");
        assert_eq!((grpc.count, grpc.bucket_counts.iter().sum::<u64>()), (2, 2));
        assert_eq!(grpc.bucket_counts.len(), grpc.explicit_bounds.len() + 1);
        assert!(grpc.sum.unwrap() > 0.0);
        assert!(grpc.start_time_unix_nano < grpc.time_unix_nano);
    }
}
