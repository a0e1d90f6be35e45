//! Hostile guests: whatever they do, they end, and the neighbour answers meanwhile.

use std::time::Duration;

use tonic::{Code, Status};
use vimana_runtime::Limits;

use crate::client::GrpcClient;
use crate::guest;
use crate::guests;
use crate::memory;
use crate::neighbour::{HOSTILE, HOSTILE_DOMAIN, Neighbour};
use crate::node::{LIMITS, Node, Version};

/// How many calls of the hostile service are there at once.
const CROWD: usize = 20;

/// Calls a hostile service many times at once while the neighbour answers, and gives
/// what became of the calls.
pub(crate) async fn attacked(version: Version<'_>, limits: Limits) -> Vec<Result<String, Status>> {
    let _alone = memory::alone().await;
    let node = Node::start().await;
    node.put(HOSTILE, limits, vec![version]).await;
    let neighbour = Neighbour::beside(&node).await;
    neighbour.keeps_answering(20).await;
    let before = memory::resident();

    let client = GrpcClient::connect_as(&node, HOSTILE_DOMAIN).await;
    let calls: Vec<_> = (0..CROWD)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.say_hello("harm").await })
        })
        .collect();
    neighbour.keeps_answering(100).await;
    let mut outcomes = Vec::new();
    for call in calls {
        outcomes.push(call.await.unwrap());
    }
    neighbour.keeps_answering(20).await;
    memory::returned_to(before);
    outcomes
}

/// The only version of its service.
fn only(component: Vec<u8>) -> Version<'static> {
    Version::new("1.0.0", component, 1)
}

pub(crate) fn codes(outcomes: &[Result<String, Status>]) -> Vec<Code> {
    let mut codes: Vec<Code> = outcomes
        .iter()
        .map(|outcome| outcome.as_ref().map_or_else(Status::code, |_| Code::Ok))
        .collect();
    codes.dedup();
    codes
}

pub(crate) fn limits(millis: u64) -> Limits {
    Limits {
        timeout: Duration::from_millis(millis),
        cpu_time: Duration::from_millis(millis),
        ..LIMITS
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_at_its_deadline() {
    let outcomes = attacked(only(guest::spin()), limits(300)).await;
    assert_eq!(codes(&outcomes), [Code::DeadlineExceeded]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_when_its_cpu_time_is_used_up() {
    let bounded = Limits {
        cpu_time: Duration::from_millis(30),
        ..limits(60_000)
    };
    let outcomes = attacked(only(guest::spin()), bounded).await;
    assert_eq!(codes(&outcomes), [Code::DeadlineExceeded]);
    let message = outcomes[0].as_ref().unwrap_err().message().to_owned();
    assert_eq!(
        message,
        "bar.FooService/SayHello: the service computed longer than it may (limit 30ms)"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_waits_uses_no_cpu_time() {
    let bounded = Limits {
        cpu_time: Duration::from_millis(20),
        ..limits(300)
    };
    let outcomes = attacked(only(guests::never_returns()), bounded).await;
    let message = outcomes[0].as_ref().unwrap_err().message().to_owned();
    assert_eq!(message, "bar.FooService/SayHello: the deadline has passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_computes_within_its_cpu_time_answers() {
    let bounded = Limits {
        cpu_time: Duration::from_secs(30),
        ..limits(60_000)
    };
    let outcomes = attacked(only(guests::computes()), bounded).await;
    assert_eq!(codes(&outcomes), [Code::Ok]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_hog_gets_no_more_than_its_limit() {
    let outcomes = attacked(only(guest::hog()), limits(20_000)).await;
    assert_eq!(codes(&outcomes), [Code::ResourceExhausted]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_hog_gets_no_more_than_its_limit() {
    let outcomes = attacked(only(guests::table_hog()), limits(20_000)).await;
    assert!(!codes(&outcomes).contains(&Code::Ok));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_asks_the_host_for_memory_gets_none() {
    let outcomes = attacked(only(guests::random_hog()), limits(20_000)).await;
    assert_eq!(codes(&outcomes), [Code::Internal]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_overflow_fails_the_call_alone() {
    let outcomes = attacked(only(guests::stack_overflow()), limits(20_000)).await;
    assert_eq!(codes(&outcomes), [Code::Internal]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_flood_ends_at_its_deadline() {
    let outcomes = attacked(only(guests::log_flood()), limits(300)).await;
    assert_eq!(codes(&outcomes), [Code::DeadlineExceeded]);
}
