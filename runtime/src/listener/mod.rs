//! One port for HTTP/1.1 and HTTP/2, in clear or over TLS, as both planes serve it.

mod activity;
mod connection;
mod handshake;
mod http_settings;
mod room;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tonic::body::Body;

pub(crate) use connection::Connection;

use crate::tls::{Tls, TlsError, TlsFiles};
use activity::{Activity, Answer, Quiet};
use handshake::Handshakes;
use http_settings::HttpSettings;
use room::Room;

pub(crate) use room::raise_file_limit;

/// How long to wait after the system refused to accept, for example because no
/// file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a client may take to send its first byte or a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a connection that is asked to end may take.
const GRACE: Duration = Duration::from_secs(5);

/// Where connections come from, and whether they are secured.
#[derive(Debug)]
pub struct Listener {
    tcp: TcpListener,
    tls: Option<Tls>,
    settings: HttpSettings,
}

impl Listener {
    pub(crate) fn new(tcp: TcpListener, tls: Option<Tls>) -> Self {
        Self {
            tcp,
            tls,
            settings: HttpSettings::default(),
        }
    }
}

impl Listener {
    /// One whose connections are secured by the certificate in these files, which are
    /// followed: what they say when a client comes is what it gets.
    pub async fn secured(tcp: TcpListener, files: TlsFiles) -> Result<Self, TlsError> {
        Ok(Self::new(tcp, Some(Tls::open(files).await?)))
    }
}

impl From<TcpListener> for Listener {
    /// One whose connections are in clear.
    fn from(tcp: TcpListener) -> Self {
        Self::new(tcp, None)
    }
}

/// Serves the connections of `listener` with `handler` until `stop` is
/// cancelled, then takes no new ones and returns when the requests in flight
/// have ended. Clients that speak HTTP/2 are told by GOAWAY to go elsewhere, and what
/// they have sent by then is answered.
pub(crate) async fn serve_connections<H, F>(listener: Listener, stop: CancellationToken, handler: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let server = Server {
        builder: listener.settings.builder(),
        handshakes: listener.tls.map(Handshakes::new),
        handler,
    };
    let room = Room::of_system();
    let connections = TaskTracker::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.tcp.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let Some(place) = room.place(peer.ip()) else {
            tracing::debug!(%peer, "there is no room for a connection");
            continue;
        };
        let _ = stream.set_nodelay(true);
        let server = server.clone();
        let stop = stop.clone();
        connections.spawn(async move {
            server.connection(stream, peer, stop).await;
            drop(place);
        });
    }
    drop(listener.tcp);
    connections.close();
    connections.wait().await;
}

/// What every connection of a listener needs.
#[derive(Clone)]
struct Server<H> {
    builder: Builder<TokioExecutor>,
    handshakes: Option<Handshakes>,
    handler: H,
}

impl<H, F> Server<H>
where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    async fn connection(self, stream: TcpStream, peer: SocketAddr, stop: CancellationToken) {
        let mut connection = Connection {
            peer,
            is_secure: self.handshakes.is_some(),
            client: None,
        };
        let Some(handshakes) = &self.handshakes else {
            if speaks(&stream, &stop).await {
                self.serve(stream, connection, stop).await;
            }
            return;
        };
        if let Some(Some(secure)) = stop.run_until_cancelled(handshakes.accept(stream)).await {
            connection.client = secure.client.map(Arc::new);
            self.serve(secure.stream, connection, stop).await;
        }
    }

    async fn serve<S>(self, stream: S, connection: Connection, stop: CancellationToken)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handler = self.handler;
        let peer = connection.peer;
        let activity = Activity::new();
        let requests = activity.clone();
        let service = service_fn(move |mut request: Request<Incoming>| {
            let ongoing = requests.begin();
            request.extensions_mut().insert(connection.clone());
            let response = handler(request);
            async move { Ok::<_, Infallible>(response.await.map(|body| Answer::new(body, ongoing))) }
        });
        let connection = self.builder.serve_connection(TokioIo::new(stream), service);
        let mut connection = pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
            quiet = activity.quiet() => {
                tracing::debug!(%peer, ?quiet, "a connection is closed");
                if quiet == Quiet::Stalled {
                    return;
                }
                connection.as_mut().graceful_shutdown();
                timeout(GRACE, connection).await.unwrap_or(Ok(()))
            }
        };
        if let Err(error) = ended {
            tracing::debug!(%peer, error, "a connection ended early");
        }
    }
}

/// Waits for the first byte, which the builder itself would do without a limit.
async fn speaks(stream: &TcpStream, stop: &CancellationToken) -> bool {
    let mut first = [0];
    tokio::select! {
        () = stop.cancelled() => false,
        peeked = tokio::time::timeout(HEAD_TIMEOUT, stream.peek(&mut first)) => {
            matches!(peeked, Ok(Ok(1)))
        }
    }
}
