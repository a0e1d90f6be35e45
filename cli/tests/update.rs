//! What callers see while a node is given something else to serve, or stops: nothing.
// The figures are what one runs the test to see.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use tonic::client::Grpc;
use tonic::transport::{Channel, Endpoint};
use tonic_prost::ProstCodec;

mod support;

use support::process::{Running, addresses};

#[derive(Clone, PartialEq, prost::Message)]
struct HelloRequest {
    #[prost(string, tag = "1")]
    name: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct HelloResponse {
    #[prost(float, tag = "1")]
    enthusiasm: f32,
}

/// Connections, each with its share of the requests.
const CONNECTIONS: u32 = 4;
/// Requests a second, of all connections together.
const RATE: u32 = 200;
/// How often the service is replaced.
const UPDATES: usize = 6;
/// How many requests follow each update before the next, at least.
const BETWEEN: usize = 100;

/// How long a test waits for an event before it fails.
const LIMIT: Duration = Duration::from_secs(120);

/// What the load has come to.
#[derive(Default)]
struct Tally {
    answered: watch::Sender<usize>,
    failures: parking_lot::Mutex<Vec<String>>,
    is_over: AtomicBool,
}

/// Sends requests at a fixed rate, whatever becomes of those before, until it is over.
async fn load(address: SocketAddr, tally: Arc<Tally>) {
    let channel = connect(address).await;
    let mut tick = tokio::time::interval(Duration::from_secs(1) * CONNECTIONS / RATE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut calls = JoinSet::new();
    while !tally.is_over.load(Ordering::Relaxed) {
        tick.tick().await;
        let (channel, tally) = (channel.clone(), Arc::clone(&tally));
        calls.spawn(async move {
            match say_hello(channel, "Ada!").await {
                Ok(1.5) => tally.answered.send_modify(|answered| *answered += 1),
                Ok(other) => tally.failures.lock().push(format!("answered {other}")),
                Err(status) => tally.failures.lock().push(status.to_string()),
            }
        });
    }
    calls.join_all().await;
}

async fn connect(address: SocketAddr) -> Channel {
    Endpoint::from_shared(format!("http://{address}"))
        .unwrap()
        .connect()
        .await
        .unwrap()
}

async fn say_hello(channel: Channel, name: &str) -> Result<f32, tonic::Status> {
    let mut grpc = Grpc::new(channel);
    grpc.ready()
        .await
        .map_err(|error| tonic::Status::unknown(error.to_string()))?;
    let request = HelloRequest {
        name: name.to_owned(),
    };
    let response = grpc
        .unary::<_, HelloResponse, _>(
            tonic::Request::new(request),
            http::uri::PathAndQuery::from_static("/bar.FooService/SayHello"),
            ProstCodec::default(),
        )
        .await?;
    Ok(response.into_inner().enthusiasm)
}

/// Writes a component that does the same and has other bytes: a custom section more.
fn write_component(root: &Path, update: usize) {
    let path = root.join("walkthrough/foo-1.0.0.wasm");
    let original = support::workspace().join("examples/repo/walkthrough/foo-1.0.0.wasm");
    let mut component = std::fs::read(original).unwrap();
    // A section of type 0: its size, the size of its name, the name.
    component.extend([0, 2, 1, b'a' + u8::try_from(update).unwrap()]);
    // Renamed into place, so that nobody reads half of it.
    let beside = path.with_extension("new");
    std::fs::write(&beside, component).unwrap();
    std::fs::rename(beside, path).unwrap();
}

/// Waits until so many more requests are answered.
async fn more(tally: &Tally, count: usize) {
    let mut answered = tally.answered.subscribe();
    let goal = *answered.borrow() + count;
    let reached = answered.wait_for(|answered| *answered >= goal);
    tokio::time::timeout(LIMIT, reached).await.unwrap().unwrap();
}

#[test]
fn an_update_under_load_loses_no_request() {
    let (_folder, root) = support::example();
    let mut up = Running::up(&root);
    let (data, _) = addresses(&up.line_with("Serving on"));
    up.line_with("curl");

    let runtime = tokio::runtime::Runtime::new().unwrap();
    let tally = Arc::new(Tally::default());
    let clients: Vec<_> = (0..CONNECTIONS)
        .map(|_| runtime.spawn(load(data, Arc::clone(&tally))))
        .collect();
    for update in 0..UPDATES {
        runtime.block_on(more(&tally, BETWEEN));
        write_component(&root, update);
        up.line_with("Apply complete");
    }
    runtime.block_on(more(&tally, BETWEEN));
    tally.is_over.store(true, Ordering::Relaxed);
    for client in clients {
        runtime.block_on(client).unwrap();
    }

    let failures = tally.failures.lock();
    let answered = *tally.answered.borrow();
    println!(
        "{UPDATES} updates under {RATE} requests/s: {answered} answered, {} lost",
        failures.len()
    );
    assert_eq!(failures.len(), 0, "{failures:#?}");
    assert!(answered > UPDATES * BETWEEN, "{answered}");
}
