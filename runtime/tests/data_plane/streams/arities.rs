//! The three arities with streams, each as it should be.

use futures::{StreamExt as _, stream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Request};

use super::client::{Client, CountRequest, Ping, Total, all, note, number};
use super::{serve, serve_streams};
use crate::guest;
use crate::node::{LIMITS, Node, Version};

#[tokio::test]
async fn the_walkthroughs_pings_come_back_one_by_one() {
    let node = serve(
        "example.com:bar.FooService",
        "examples/repo/walkthrough/foo.proto",
        "examples/repo/walkthrough/foo-1.0.0.wasm",
        LIMITS,
    )
    .await;
    let client = Client::connect(&node).await;
    let (pings, requests) = mpsc::channel(1);
    let response = client.ping_pong(ReceiverStream::new(requests)).await;
    let mut answers = response.unwrap().into_inner();
    for _ in 0..3 {
        pings.send(Ping {}).await.unwrap();
        assert_eq!(answers.message().await.unwrap(), Some(Ping {}));
    }
    drop(pings);
    assert_eq!(answers.message().await.unwrap(), None);
}

#[tokio::test]
async fn a_server_stream_has_headers_messages_and_trailers() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    for batch in [1, 7, 1000] {
        let request = CountRequest {
            to: 500,
            batch,
            padding: 3,
            ..CountRequest::default()
        };
        let response = client.count(request).await.unwrap();
        assert_eq!(response.metadata().get("count-to").unwrap(), "500");
        let mut numbers = response.into_inner();
        for value in 1..=500 {
            let number = numbers.message().await.unwrap().unwrap();
            assert_eq!((number.value, number.padding), (value, vec![0; 3]));
        }
        assert!(numbers.message().await.unwrap().is_none());
        let trailers = numbers.trailers().await.unwrap().unwrap();
        assert_eq!(trailers.get("counted").unwrap(), "500");
    }
}

#[tokio::test]
async fn an_empty_server_stream_ends_well() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let response = client.count(CountRequest::default()).await.unwrap();
    let (numbers, status) = all(response.into_inner()).await;
    assert!(numbers.is_empty() && status.is_none(), "{status:?}");
}

#[tokio::test]
async fn a_client_stream_becomes_one_response() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let response = client.sum(stream::iter((1..=1000).map(number))).await;
    let response = response.unwrap();
    assert_eq!(response.metadata().get("numbers").unwrap(), "1000");
    let expected = Total {
        sum: 500_500,
        count: 1000,
    };
    assert_eq!(response.into_inner(), expected);

    let refused = client.sum(stream::empty()).await.unwrap_err();
    assert_eq!(refused.code(), Code::InvalidArgument);
    assert_eq!(refused.message(), "there is nothing to add");
}

#[tokio::test]
async fn each_note_comes_back_before_the_next_is_sent() {
    let node = serve_streams().await;
    let client = Client::connect(&node).await;
    let (notes, requests) = mpsc::channel(1);
    let request = Request::new(ReceiverStream::new(requests));
    let mut echoes = client.echo(request).await.unwrap().into_inner();
    for number in 0..50 {
        notes.send(note(number)).await.unwrap();
        assert_eq!(echoes.message().await.unwrap(), Some(note(number)));
    }
    drop(notes);
    assert_eq!(echoes.message().await.unwrap(), None);
    let trailers = echoes.trailers().await.unwrap().unwrap();
    assert_eq!(trailers.get("notes").unwrap(), "50");
}

/// `stream<T>` where the interface says `stream<result<T, status>>`, and a function
/// that is not async: it hands the stream back that it was given.
#[tokio::test]
async fn a_guest_without_status_may_hand_its_requests_back() {
    let node = Node::start().await;
    let mut version = Version::new("1.0.0", guest::hands_pings_back(), 1);
    version.proto = guest::proto("rpc PingPong(stream Ping) returns (stream Ping);");
    node.put("example.com:bar.FooService", LIMITS, vec![version])
        .await;
    let client = Client::connect(&node).await;
    let pings = stream::iter((0..300).map(|_| Ping {}));
    let answers = client.ping_pong(pings).await.unwrap().into_inner();
    assert_eq!(answers.count().await, 300);
}
