//! One port for HTTP/1.1 and HTTP/2 over cleartext, as both planes serve it.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;

/// How long a client may take to send its first byte or a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait after the system refused to accept, for example because no
/// file descriptor is left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
const MAX_HEADER_BYTES: u32 = 64 * 1024;
const MAX_STREAMS: u32 = 1024;

/// Serves the connections of `listener` with `handler` until `stop` is
/// cancelled, then takes no new ones and returns when the requests in flight
/// have ended.
pub(crate) async fn serve_connections<H, F>(
    listener: TcpListener,
    stop: CancellationToken,
    handler: H,
) where
    H: Fn(Request<Incoming>) -> F + Clone + Send + 'static,
    F: Future<Output = Response<Body>> + Send + 'static,
{
    let builder = builder();
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            },
        };
        let handler = handler.clone();
        let builder = builder.clone();
        let watcher = graceful.watcher();
        let stop = stop.clone();
        tokio::spawn(async move {
            if !speaks(&stream, &stop).await {
                return;
            }
            let service = service_fn(move |request| {
                let response = handler(request);
                async move { Ok::<_, Infallible>(response.await) }
            });
            let connection = builder.serve_connection(TokioIo::new(stream), service);
            if let Err(error) = watcher.watch(connection).await {
                tracing::debug!(error, "a connection ended early");
            }
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Waits for the first byte, which the builder itself would do without a limit.
async fn speaks(stream: &TcpStream, stop: &CancellationToken) -> bool {
    let _ = stream.set_nodelay(true);
    let mut first = [0];
    tokio::select! {
        () = stop.cancelled() => false,
        peeked = tokio::time::timeout(HEAD_TIMEOUT, stream.peek(&mut first)) => {
            matches!(peeked, Ok(Ok(1)))
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEADER_BYTES)
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(Duration::from_mins(1))
        .keep_alive_timeout(Duration::from_secs(20));
    builder
}
