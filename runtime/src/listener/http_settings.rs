//! What HTTP connections are held to.

use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto::Builder;

use super::HEAD_TIMEOUT;

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
            max_streams: 1024,
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
            .header_read_timeout(HEAD_TIMEOUT);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(self.max_header_bytes)
            .max_concurrent_streams(self.max_streams)
            .keep_alive_interval(self.keep_alive_interval)
            .keep_alive_timeout(self.keep_alive_timeout);
        builder
    }
}
