//! What HTTP connections are held to.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::HEAD_TIMEOUT;

/// Fields of a request's head, over HTTP/1.1.
const MAX_HEADERS: usize = 100;

/// Bytes that a client may send before somebody reads them, on one stream and on all of
/// a connection, and bytes of answers that wait for the client.
const STREAM_WINDOW: u32 = 256 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;
const SEND_BUFFER: usize = 64 << 10;

/// Streams that a client opened and reset before they were looked at, and those that
/// were reset since the client broke the rules. More of either end the connection.
const MAX_PENDING_RESETS: usize = 64;
const MAX_ERROR_RESETS: usize = 64;

/// How connections are kept, and what one of them may ask for at once.
#[derive(Debug, Clone, Copy)]
pub(super) struct HttpSettings {
    /// How long an HTTP/2 connection may be silent before it is asked whether the
    /// client is still there.
    pub(super) keep_alive_interval: Duration,
    /// How long the client may take to say so before the connection is closed.
    pub(super) keep_alive_timeout: Duration,
    /// How many requests one HTTP/2 connection may have under way.
    pub(super) max_streams: u32,
    /// Bytes of all headers of a request.
    pub(super) max_header_bytes: u32,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            keep_alive_interval: Duration::from_mins(1),
            keep_alive_timeout: Duration::from_secs(20),
            max_streams: 256,
            max_header_bytes: 64 << 10,
        }
    }
}

impl HttpSettings {
    pub(super) fn builder(self) -> Builder<TokioExecutor> {
        let mut builder = Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_headers(MAX_HEADERS)
            .max_buf_size(usize::try_from(self.max_header_bytes).unwrap_or(usize::MAX));
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(self.max_header_bytes)
            .max_concurrent_streams(self.max_streams)
            .initial_stream_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_send_buf_size(SEND_BUFFER)
            .max_pending_accept_reset_streams(MAX_PENDING_RESETS)
            .max_local_error_reset_streams(MAX_ERROR_RESETS)
            .keep_alive_interval(self.keep_alive_interval)
            .keep_alive_timeout(self.keep_alive_timeout);
        builder
    }
}
