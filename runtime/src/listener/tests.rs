use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use h2::client::SendRequest;
use http_body_util::Full;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::*;

/// How long an event may take before a test fails.
const LIMIT: Duration = Duration::from_secs(30);

/// A server whose every answer waits until it is let go.
struct Waiting {
    address: SocketAddr,
    stop: CancellationToken,
    reached: Arc<Notify>,
    let_go: Arc<Notify>,
    ended: JoinHandle<()>,
}

impl Waiting {
    async fn start(settings: HttpSettings) -> Self {
        let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = tcp.local_addr().unwrap();
        let listener = Listener {
            tcp,
            tls: None,
            settings,
        };
        let stop = CancellationToken::new();
        let (reached, let_go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let handler = {
            let (reached, let_go) = (Arc::clone(&reached), Arc::clone(&let_go));
            move |_: Request<Incoming>| {
                let (reached, let_go) = (Arc::clone(&reached), Arc::clone(&let_go));
                async move {
                    reached.notify_one();
                    let_go.notified().await;
                    Response::new(Body::new(Full::new(Bytes::from_static(b"answer"))))
                }
            }
        };
        let ended = tokio::spawn(serve_connections(listener, stop.clone(), handler));
        Self {
            address,
            stop,
            reached,
            let_go,
            ended,
        }
    }

    /// A client and its connection, whose end is what the server made of it.
    async fn connect(&self) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (client, connection) = h2::client::handshake(stream).await.unwrap();
        (client.ready().await.unwrap(), tokio::spawn(connection))
    }
}

fn request() -> Request<()> {
    Request::get("http://localhost/").body(()).unwrap()
}

async fn within<T>(event: impl Future<Output = T>) -> T {
    tokio::time::timeout(LIMIT, event).await.unwrap()
}

#[tokio::test]
async fn a_stop_lets_a_request_end_and_tells_the_client_to_go() {
    let server = Waiting::start(HttpSettings::default()).await;
    let (mut client, connection) = server.connect().await;
    let (answer, _) = client.send_request(request(), true).unwrap();
    within(server.reached.notified()).await;

    server.stop.cancel();
    // The GOAWAY makes the client refuse requests by itself, with no error.
    let refused = within(async {
        loop {
            match client.ready().await {
                Ok(ready) => client = ready,
                Err(error) => break error,
            }
            tokio::task::yield_now().await;
        }
    })
    .await;
    assert!(refused.is_go_away(), "{refused}");
    assert_eq!(refused.reason(), Some(h2::Reason::NO_ERROR));
    assert!(!server.ended.is_finished(), "a request is under way");

    server.let_go.notify_one();
    let answer = within(answer).await.unwrap();
    let body = within(answer.into_body().data()).await.unwrap().unwrap();
    assert_eq!(body, "answer");
    within(server.ended).await.unwrap();
    let _ = within(connection).await.unwrap();
}

#[tokio::test]
async fn a_connection_without_requests_does_not_hold_up_a_stop() {
    let server = Waiting::start(HttpSettings::default()).await;
    let (_client, connection) = server.connect().await;
    server.stop.cancel();
    within(server.ended).await.unwrap();
    // How it ends for the client depends on what it had still to say.
    let _ = within(connection).await.unwrap();
}

#[tokio::test]
async fn a_client_that_does_not_answer_is_let_go() {
    let server = Waiting::start(HttpSettings {
        keep_alive_interval: Duration::from_millis(20),
        keep_alive_timeout: Duration::from_millis(20),
        ..HttpSettings::default()
    })
    .await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    // The preface and empty SETTINGS (RFC 9113, section 3.4), and then nothing.
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")
        .await
        .unwrap();
    let mut heard = Vec::new();
    within(stream.read_to_end(&mut heard)).await.unwrap();
    // A frame's type is the fourth byte of its head: 6 is PING.
    let mut frames = Vec::new();
    let mut rest = heard.as_slice();
    while let [a, b, c, kind, ..] = *rest {
        frames.push(kind);
        let length = u32::from_be_bytes([0, a, b, c]) as usize;
        rest = rest.get(9 + length..).unwrap_or_default();
    }
    assert!(frames.contains(&6), "{frames:?}");
}

#[tokio::test]
async fn a_connection_has_no_more_requests_under_way_than_it_may() {
    let server = Waiting::start(HttpSettings {
        max_streams: 2,
        ..HttpSettings::default()
    })
    .await;
    let (mut client, _connection) = server.connect().await;
    let mut answers = Vec::new();
    for _ in 0..2 {
        client = client.ready().await.unwrap();
        answers.push(client.send_request(request(), true).unwrap().0);
        within(server.reached.notified()).await;
    }
    assert_eq!(client.current_max_send_streams(), 2);
    // The third waits with the client until there is room.
    let third = client.send_request(request(), true).unwrap().0;
    server.let_go.notify_one();
    within(server.reached.notified()).await;
    server.let_go.notify_one();
    server.let_go.notify_one();
    answers.push(third);
    let answered = futures::future::select_all(answers);
    assert_eq!(within(answered).await.0.unwrap().status(), 200);
}
