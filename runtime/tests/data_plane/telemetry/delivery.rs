//! Receivers that are away, slow or of another opinion, and what authenticates senders.

use std::io::Write as _;
use std::time::Duration;

use http::HeaderName;
use vimana_runtime::{ExportProtocol, MetricsFormat, Serving as _, VariableSource};

use super::receiver::{Manner, Receiver};
use super::{exporter, prompt, serve, telling};
use crate::client::GrpcClient;
use crate::context::Events;
use crate::guest;
use crate::node::{Node, Version};

const BOTH: [ExportProtocol; 2] = [ExportProtocol::Grpc, ExportProtocol::Http];

/// What became of a signal, as `/metrics` says it.
fn count(node: &Node, what: &str, signal: &str) -> u64 {
    let text = node.plane.metrics().render(MetricsFormat::Prometheus);
    let name = format!("vimana_telemetry_{what}_total{{signal=\"{signal}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_receiver_that_is_away_costs_nothing_but_the_data() {
    for protocol in BOTH {
        // A port where nobody listens.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let node = telling(&exporter(protocol, address), guest::echo()).await;
        let client = GrpcClient::connect(&node).await;
        for _ in 0..20 {
            client.say_hello("").await.unwrap();
        }
        while count(&node, "dropped", "traces") < 20 {
            client.say_hello("").await.unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(count(&node, "sent", "traces"), 0);
    }
}

#[tokio::test]
async fn what_finds_no_room_behind_a_receiver_that_hangs_is_dropped_and_counted() {
    for protocol in BOTH {
        let receiver = Receiver::start(protocol).await;
        receiver.next([Manner::Hang; 100]);
        let mut settings = prompt();
        settings.queue = 4;
        settings.batch = 1;
        settings.farewell = Duration::from_millis(50);
        let node = Node::telling(settings).await;
        let version = Version::new("1.0.0", guest::echo(), 1);
        serve(&node, &exporter(protocol, receiver.address), vec![version]).await;
        let client = GrpcClient::connect(&node).await;
        for _ in 0..50 {
            client.say_hello("").await.unwrap();
        }
        // One is on its way, and four wait.
        assert!(count(&node, "dropped", "traces") >= 45);
        receiver
            .when(|received| (!received.requests.is_empty()).then_some(()))
            .await;
        // Nor is it waited for at the end, beyond what is said.
        drop(client);
        node.stop().await;
    }
}

#[tokio::test]
async fn what_a_receiver_has_no_time_for_is_sent_again() {
    for protocol in BOTH {
        let receiver = Receiver::start(protocol).await;
        receiver.next([Manner::Busy, Manner::Busy]);
        let node = telling(&exporter(protocol, receiver.address), guest::echo()).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("").await.unwrap();
        assert_eq!(receiver.spans(1).await.len(), 1);
        assert_eq!(receiver.requests().len(), 3);
        while count(&node, "sent", "traces") < 1 {
            tokio::task::yield_now().await;
        }
        assert_eq!(count(&node, "dropped", "traces"), 0);
    }
}

#[tokio::test]
async fn what_a_receiver_refuses_is_not_sent_again() {
    for protocol in BOTH {
        let receiver = Receiver::start(protocol).await;
        receiver.next([Manner::Refuse]);
        let node = telling(&exporter(protocol, receiver.address), guest::echo()).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("").await.unwrap();
        while count(&node, "dropped", "traces") < 1 {
            tokio::task::yield_now().await;
        }
        client.say_hello("").await.unwrap();
        assert_eq!(receiver.spans(1).await.len(), 1);
        assert_eq!(receiver.requests().len(), 2);
    }
}

#[tokio::test]
async fn what_waits_is_sent_when_the_node_stops() {
    for protocol in BOTH {
        let receiver = Receiver::start(protocol).await;
        let mut settings = prompt();
        settings.span_delay = Duration::from_hours(1);
        settings.log_delay = Duration::from_hours(1);
        settings.metric_interval = Duration::from_hours(1);
        let node = Node::telling(settings).await;
        let version = Version::new("1.0.0", guest::logger(), 1);
        serve(&node, &exporter(protocol, receiver.address), vec![version]).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("").await.unwrap();
        assert!(receiver.requests().is_empty());
        drop(client);
        node.stop().await;
        // It was waited for.
        receiver
            .when(|received| {
                assert!(!received.metrics.is_empty());
                assert_eq!((received.spans.len(), received.logs.len()), (1, 1));
                Some(())
            })
            .await;
    }
}

#[tokio::test]
async fn headers_are_filled_in_from_variables_of_the_node() {
    for protocol in BOTH {
        let receiver = Receiver::start(protocol).await;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"s3cret\n").unwrap();
        let mut exporter = exporter(protocol, receiver.address);
        let authorization = HeaderName::from_static("authorization");
        exporter.headers = vec![
            (authorization, "Basic ${TOKEN}".to_owned()),
            (
                HeaderName::from_static("x-package"),
                "${PACKAGE}".to_owned(),
            ),
        ];
        let node = Node::telling(prompt()).await;
        node.declare("TOKEN", VariableSource::File(file.path().to_owned()));
        let package = VariableSource::Environment("CARGO_PKG_NAME".to_owned());
        node.declare("PACKAGE", package);
        let version = Version::new("1.0.0", guest::echo(), 1);
        serve(&node, &exporter, vec![version]).await;
        let client = GrpcClient::connect(&node).await;
        client.say_hello("").await.unwrap();
        receiver.spans(1).await;
        let headers = &receiver.requests()[0];
        assert_eq!(headers["authorization"], "Basic s3cret");
        assert_eq!(headers["x-package"], "vimana-runtime");
    }
}

/// On one thread, so that the subscriber sees what the exporter does.
#[tokio::test(flavor = "current_thread")]
async fn a_variable_without_a_value_is_told_once_and_nothing_is_sent() {
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let receiver = Receiver::start(ExportProtocol::Http).await;
    let mut exporter = exporter(ExportProtocol::Http, receiver.address);
    let authorization = HeaderName::from_static("authorization");
    exporter.headers = vec![(authorization, "Bearer literal-${TOKEN}".to_owned())];
    let node = Node::telling(prompt()).await;
    node.declare(
        "TOKEN",
        VariableSource::Environment("NOT_SET_ANYWHERE".to_owned()),
    );
    let version = Version::new("1.0.0", guest::echo(), 1);
    serve(&node, &exporter, vec![version]).await;
    let client = GrpcClient::connect(&node).await;
    for dropped in 1..4 {
        client.say_hello("").await.unwrap();
        while count(&node, "dropped", "traces") < dropped {
            tokio::task::yield_now().await;
        }
    }
    assert!(receiver.requests().is_empty());
    let events = events.0.lock();
    let told: Vec<_> = events
        .iter()
        .filter(|event| event.contains("`TOKEN`"))
        .collect();
    assert_eq!(told.len(), 1, "{events:?}");
    assert!(
        events.iter().all(|event| !event.contains("literal")),
        "{events:?}"
    );
}
