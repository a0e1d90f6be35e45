//! Against a real HTTP server, with a clock that the test moves.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::StatusCode;
use serde_json::json;

use super::*;

/// An issuer, whose answer a test sets.
struct Issuer {
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicU64>,
    url: String,
}

fn document(id: &str) -> String {
    let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "kid": id, "x": x }] }).to_string()
}

impl Issuer {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new((StatusCode::OK, document("a"))));
        let asked = Arc::new(AtomicU64::new(0));
        let (given, counted) = (Arc::clone(&answer), Arc::clone(&asked));
        let handler = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            let (status, body) = given.lock().clone();
            async move { (status, [("cache-control", "max-age=600")], body) }
        };
        let routes = axum::Router::new().route("/keys", axum::routing::get(handler));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { answer, asked, url }
    }

    fn answers(&self, status: StatusCode, document: String) {
        *self.answer.lock() = (status, document);
    }

    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Relaxed)
    }
}

struct Fixture {
    issuer: Issuer,
    remote: Arc<Remote>,
    now: Arc<Mutex<Instant>>,
}

impl Fixture {
    async fn new() -> Self {
        let issuer = Issuer::start().await;
        let now = Arc::new(Mutex::new(Instant::now()));
        let time = Arc::clone(&now);
        let clock: Clock = Arc::new(move || *time.lock());
        let remote = Remote::new(issuer.url.clone(), Arc::default(), clock);
        Self {
            issuer,
            remote: Arc::new(remote),
            now,
        }
    }

    fn pass(&self, time: Duration) {
        *self.now.lock() += time;
    }

    async fn keys(&self) -> Option<u64> {
        let keys = self.remote.keys(deadline()).await;
        keys.map(|keys| keys.stamp)
    }

    async fn others(&self, stamp: u64) -> Option<u64> {
        let keys = self.remote.others(stamp, deadline()).await;
        keys.map(|keys| keys.stamp)
    }

    /// Waits for what is under way in the background.
    async fn settled(&self) {
        let mut ended = self.remote.ended.subscribe();
        while self.remote.state.lock().is_fetching {
            ended.changed().await.unwrap();
        }
    }
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_secs(60)
}

#[tokio::test]
async fn keys_are_fetched_once_for_all_who_wait_and_while_they_are_fresh() {
    let fixture = Fixture::new().await;
    let all = futures::future::join_all((0..50).map(|_| fixture.keys())).await;
    assert!(all.iter().all(|stamp| *stamp == Some(1)));
    fixture.pass(Duration::from_secs(599));
    assert_eq!(fixture.keys().await, Some(1));
    assert_eq!(fixture.issuer.asked(), 1);
}

#[tokio::test]
async fn stale_keys_are_used_while_others_are_fetched() {
    let fixture = Fixture::new().await;
    fixture.keys().await;
    fixture.issuer.answers(StatusCode::OK, document("b"));
    fixture.pass(Duration::from_secs(601));
    assert_eq!(fixture.keys().await, Some(1));
    fixture.settled().await;
    assert_eq!(fixture.keys().await, Some(2));
}

#[tokio::test]
async fn keys_that_have_been_stale_for_long_are_waited_for() {
    let fixture = Fixture::new().await;
    fixture.keys().await;
    fixture.issuer.answers(StatusCode::OK, document("b"));
    fixture.pass(Duration::from_hours(24));
    assert_eq!(fixture.keys().await, Some(2));
}

#[tokio::test]
async fn the_last_good_keys_stay_while_the_issuer_is_down_and_it_is_not_hammered() {
    let fixture = Fixture::new().await;
    fixture.keys().await;
    let broken = [
        (StatusCode::INTERNAL_SERVER_ERROR, document("b")),
        (StatusCode::OK, "no keys".to_owned()),
        (StatusCode::OK, "{\"keys\": []}".to_owned()),
        (StatusCode::OK, " ".repeat(300 << 10)),
        (StatusCode::FOUND, document("b")),
    ];
    fixture.pass(Duration::from_hours(1));
    for (status, document) in broken {
        fixture.issuer.answers(status, document);
        let asked = fixture.issuer.asked();
        for _ in 0..10 {
            assert_eq!(fixture.keys().await, Some(1));
        }
        assert_eq!(fixture.issuer.asked(), asked + 1);
        fixture.pass(MAX_PAUSE);
    }
    fixture.issuer.answers(StatusCode::OK, document("b"));
    assert_eq!(fixture.keys().await, Some(2));
}

#[tokio::test]
async fn an_unknown_key_has_the_keys_fetched_but_not_often() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.keys().await, Some(1));
    // Too early, and then the same keys as before.
    assert_eq!(fixture.others(1).await, None);
    fixture.pass(REFETCH_INTERVAL);
    assert_eq!(fixture.others(1).await, None);
    assert_eq!(fixture.issuer.asked(), 2);
    for _ in 0..100 {
        assert_eq!(fixture.others(1).await, None);
    }
    assert_eq!(fixture.issuer.asked(), 2);

    // The issuer has a new key.
    fixture.issuer.answers(StatusCode::OK, document("b"));
    fixture.pass(REFETCH_INTERVAL);
    let all = futures::future::join_all((0..50).map(|_| fixture.others(1))).await;
    assert!(all.iter().all(|stamp| *stamp == Some(2)));
    assert_eq!(fixture.issuer.asked(), 3);
}

#[tokio::test]
async fn without_keys_nobody_waits_beyond_the_attempt() {
    let fixture = Fixture::new().await;
    fixture.issuer.answers(StatusCode::NOT_FOUND, String::new());
    assert_eq!(fixture.keys().await, None);
    assert_eq!(fixture.keys().await, None);
    assert_eq!(fixture.issuer.asked(), 1);
    fixture.issuer.answers(StatusCode::OK, document("a"));
    fixture.pass(MIN_PAUSE);
    assert_eq!(fixture.keys().await, Some(1));
}
