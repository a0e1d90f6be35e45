//! Streams that end otherwise than they should, and earlier.

use std::time::Duration;

use futures::stream;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};
use vimana_runtime::Limits;

use super::client::{Client, CountRequest, all, note, number};
use super::{serve_streams, serve_streams_within};
use crate::node::LIMITS;

const STATUS: i32 = 1;
const TRAP: i32 = 2;
const LOOP: i32 = 3;
const GROW: i32 = 4;
const HANG: i32 = 5;

fn count_then(ending: i32) -> CountRequest {
    CountRequest {
        to: 20,
        batch: 20,
        ending,
        ..CountRequest::default()
    }
}

/// What comes of a count that ends so: how many numbers, and which status.
async fn outcome(limits: Limits, ending: i32) -> (usize, Code, String) {
    let node = serve_streams_within(limits).await;
    let client = Client::connect(&node).await;
    let response = client.count(count_then(ending)).await.unwrap();
    let (numbers, status) = all(response.into_inner()).await;
    let status = status.unwrap();
    (numbers.len(), status.code(), status.message().to_owned())
}

#[tokio::test]
async fn a_status_ends_the_stream_behind_its_messages() {
    let (count, code, message) = outcome(LIMITS, STATUS).await;
    assert_eq!((count, code), (20, Code::Aborted));
    assert_eq!(message, "enough is enough");
}

#[tokio::test]
async fn a_trap_takes_no_message_that_was_sent_before() {
    let (count, code, message) = outcome(LIMITS, TRAP).await;
    assert_eq!((count, code), (20, Code::Internal));
    assert_eq!(
        message,
        "streams.v1.StreamService/Count: the service failed"
    );
}

#[tokio::test]
async fn memory_is_bounded_in_the_midst_of_a_stream() {
    let (count, code, message) = outcome(LIMITS, GROW).await;
    assert_eq!((count, code), (20, Code::ResourceExhausted));
    assert_eq!(
        message,
        "streams.v1.StreamService/Count: the service ran out of memory (limit 8 MiB)"
    );
}

#[tokio::test]
async fn a_deadline_ends_what_computes_and_what_waits() {
    let limits = Limits {
        timeout: Duration::from_millis(700),
        ..LIMITS
    };
    for ending in [LOOP, HANG] {
        let (count, code, _) = outcome(limits, ending).await;
        assert_eq!((count, code), (20, Code::DeadlineExceeded), "{ending}");
    }
}

#[tokio::test]
async fn a_clients_own_deadline_reaches_a_stream() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let mut request = Request::new(count_then(HANG));
    request.set_timeout(Duration::from_millis(700));
    let response = client.count(request).await.unwrap();
    let (numbers, status) = all(response.into_inner()).await;
    assert_eq!(numbers.len(), 20);
    // tonic's client has a clock of its own, which may be the first to strike.
    let code = status.unwrap().code();
    assert!(
        [Code::DeadlineExceeded, Code::Cancelled].contains(&code),
        "{code}"
    );
}

#[tokio::test]
async fn neighbours_are_served_while_streams_compute_for_ever() {
    let limits = Limits {
        timeout: Duration::from_secs(3),
        ..LIMITS
    };
    let node = serve_streams_within(limits).await;
    let client = Client::connect(&node).await;
    let mut loops = Vec::new();
    for _ in 0..4 {
        let response = client.count(count_then(LOOP)).await.unwrap();
        loops.push(all(response.into_inner()));
    }
    let total = client.sum(stream::iter((1..=10).map(number))).await;
    assert_eq!(total.unwrap().into_inner().sum, 55);
    for (numbers, status) in futures::future::join_all(loops).await {
        assert_eq!(numbers.len(), 20);
        assert_eq!(status.unwrap().code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn a_guest_that_stops_reading_answers_a_client_that_sends_for_ever() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let mut request = Request::new(stream::iter((1..).map(number)));
    request.metadata_mut().insert("stop-at", 10.into());
    let total = client.sum(request).await.unwrap().into_inner();
    assert_eq!((total.sum, total.count), (55, 10));
}

#[tokio::test]
async fn a_guest_may_end_its_stream_before_the_client_does() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let (notes, requests) = mpsc::channel(1);
    let mut request = Request::new(ReceiverStream::new(requests));
    request.metadata_mut().insert("stop-at", 3.into());
    let mut echoes = client.echo(request).await.unwrap().into_inner();
    for number in 1..=3 {
        notes.send(note(number)).await.unwrap();
        assert_eq!(echoes.message().await.unwrap(), Some(note(number)));
    }
    assert_eq!(echoes.message().await.unwrap(), None);
    assert_eq!(
        echoes
            .trailers()
            .await
            .unwrap()
            .unwrap()
            .get("notes")
            .unwrap(),
        "3"
    );
}

#[tokio::test]
async fn a_status_among_the_messages_ends_a_dialogue() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let mut request = Request::new(stream::iter((1..).map(note)));
    request.metadata_mut().insert("fail-at", 100.into());
    let response = client.echo(request).await.unwrap();
    let (echoes, status) = all(response.into_inner()).await;
    assert_eq!(echoes.len(), 99);
    let status = status.unwrap();
    assert_eq!(status.code(), Code::OutOfRange);
    assert_eq!(status.message(), "this note is not echoed");
}

#[tokio::test]
async fn a_message_over_the_limit_ends_the_stream_behind_the_others() {
    let limits = Limits {
        response_bytes: 1000,
        ..LIMITS
    };
    let node = serve_streams_within(limits).await;
    let client = Client::connect(&node).await;
    let request = CountRequest {
        to: 5,
        padding: 2000,
        ..CountRequest::default()
    };
    let response = client.count(request).await.unwrap();
    let (numbers, status) = all(response.into_inner()).await;
    assert_eq!(numbers.len(), 0);
    let status = status.unwrap();
    assert_eq!(status.code(), Code::ResourceExhausted, "{status}");
}
