//! Many streams, and long ones.

use std::time::Duration;

use futures::future::join_all;
use futures::stream;
use tonic::Request;
use vimana_runtime::Limits;

use super::client::{Client, CountRequest, all, note, number};
use super::serve_streams_within;
use crate::node::{LIMITS, Node};

/// What a process may grow by while a million messages pass: far below what they
/// would take if they were kept.
const GROWTH: usize = 24 << 20;

const MILLION: u32 = 1_000_000;

/// A node that gives such streams the time that they take on a busy machine.
async fn serve_patiently() -> Node {
    serve_streams_within(Limits {
        timeout: Duration::from_mins(10),
        cpu_time: Duration::from_mins(10),
        ..LIMITS
    })
    .await
}

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = text.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_dialogues_of_a_thousand_messages_lose_none() {
    let node = serve_patiently().await;
    let client = Client::connect(&node).await;
    let dialogues = (0..100).map(|dialogue| {
        let client = client.clone();
        async move {
            let first = dialogue * 1000;
            let notes = stream::iter((first..first + 1000).map(note));
            let response = client.echo(Request::new(notes)).await.unwrap();
            let (echoes, status) = all(response.into_inner()).await;
            assert!(status.is_none(), "{status:?}");
            assert!(echoes.into_iter().eq((first..first + 1000).map(note)));
        }
    });
    join_all(dialogues).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_million_messages_each_way_leave_memory_as_it_is() {
    let node = serve_patiently().await;
    let client = Client::connect(&node).await;
    let count = |to| CountRequest {
        to,
        batch: 64,
        ..CountRequest::default()
    };
    let read = async |to| {
        let mut numbers = client.count(count(to)).await.unwrap().into_inner();
        let mut last = 0;
        while let Some(number) = numbers.message().await.unwrap() {
            assert_eq!(number.value, last + 1);
            last = number.value;
        }
        assert_eq!(last, to);
    };
    let write = async |to: u32| {
        let total = client.sum(stream::iter((1..=to).map(number))).await;
        let total = total.unwrap().into_inner();
        assert_eq!(total.count, to);
    };
    read(10_000).await;
    write(10_000).await;
    let before = resident();
    read(MILLION).await;
    write(MILLION).await;
    let growth = resident().saturating_sub(before);
    assert!(growth < GROWTH, "grew by {} KiB", growth >> 10);
}
