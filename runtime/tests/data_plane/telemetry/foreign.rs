//! Telemetry as other people's libraries read it: in Python, by OpenTelemetry and
//! Prometheus. `cargo xtask test` puts the packages beside what cargo builds.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use vimana_runtime::{ExportProtocol, MetricsFormat, Serving as _};

use super::receiver::Receiver;
use super::{exporter, prompt, serve};
use crate::client::GrpcClient;
use crate::guest;
use crate::node::{Node, Version};

/// What the library finds in `content`.
fn read(kind: &str, content: &[u8]) -> String {
    let client = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/clients/telemetry");
    // The tests lie in `PROFILE/deps`.
    let tests = std::env::current_exe().unwrap();
    let packages = tests.ancestors().nth(3).unwrap().join("tools/telemetry");
    let mut python = Command::new("python3")
        .arg(client.join("telemetry.py"))
        .arg(kind)
        .env("PYTHONPATH", packages)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    python.stdin.take().unwrap().write_all(content).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "`cargo xtask test` installs what this needs"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test]
async fn pythons_opentelemetry_reads_what_is_sent() {
    let receiver = Receiver::start(ExportProtocol::Http).await;
    let mut settings = prompt();
    settings.metric_interval = Duration::from_millis(20);
    let node = Node::telling(settings).await;
    let version = Version::new("1.0.0", guest::logger(), 1);
    serve(
        &node,
        &exporter(ExportProtocol::Http, receiver.address),
        vec![version],
    )
    .await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("a line").await.unwrap();
    let body = async |path: &'static str| {
        let of = |received: &super::receiver::Received| received.bodies.get(path).cloned();
        receiver.when(of).await
    };
    assert_eq!(
        read("traces", &body("/otlp/v1/traces").await),
        "bar.FooService@1.0.0 vimana bar.FooService/SayHello kind 2\n"
    );
    assert_eq!(
        read("logs", &body("/otlp/v1/logs").await),
        "bar.FooService@1.0.0 WARN a line\n"
    );
    let metrics = read("metrics", &body("/otlp/v1/metrics").await);
    let first = metrics.lines().next();
    assert_eq!(
        first,
        Some("bar.FooService@1.0.0 rpc.server.duration histogram ms 1")
    );
    assert!(
        metrics.contains(" vimana.requests sum {request} 1\n"),
        "{metrics}"
    );
}

#[tokio::test]
async fn prometheus_own_parsers_read_both_formats() {
    let node = Node::serving(guest::trap()).await;
    let client = GrpcClient::connect(&node).await;
    client.say_hello("").await.unwrap_err();
    for (kind, format) in [
        ("prometheus", MetricsFormat::Prometheus),
        ("openmetrics", MetricsFormat::OpenMetrics),
    ] {
        let found = read(kind, node.plane.metrics().render(format).as_bytes());
        for family in [
            "vimana_requests counter 1",
            "vimana_request_errors counter 1",
            "vimana_request_duration_seconds histogram 20",
            "vimana_requests_in_flight gauge 1",
            "vimana_telemetry_dropped counter 3",
            "vimana_versions gauge 1",
        ] {
            assert!(
                found.lines().any(|line| line == family),
                "{kind}: {family}: {found}"
            );
        }
    }
}
