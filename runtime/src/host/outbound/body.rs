//! Bodies on their way out and in, bounded.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::{Instant, Sleep, sleep};
use wasmtime_wasi_http::Error;

/// A body that ends with an error where it is larger than it may be, or where the
/// other side falls silent.
pub(super) struct Bounded<B> {
    body: B,
    left: u64,
    limit: u64,
    silence: Option<Silence>,
    /// Of the service and of the call; held until the body has ended.
    _permits: Option<[OwnedSemaphorePermit; 2]>,
}

struct Silence {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
}

impl<B> Bounded<B> {
    /// A request's body of at most `limit` bytes.
    pub(super) fn request(body: B, limit: u64) -> Self {
        Self {
            body,
            left: limit,
            limit,
            silence: None,
            _permits: None,
        }
    }

    /// A response's body, of which a part comes at least every `silence`.
    pub(super) fn response(
        body: B,
        limit: u64,
        silence: Duration,
        permits: [OwnedSemaphorePermit; 2],
    ) -> Self {
        Self {
            body,
            left: limit,
            limit,
            silence: Some(Silence {
                limit: silence,
                timer: Box::pin(sleep(silence)),
            }),
            _permits: Some(permits),
        }
    }

    fn take(&mut self, frame: Frame<Bytes>) -> Result<Frame<Bytes>, Error> {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.left = self.left.checked_sub(bytes).ok_or_else(|| {
            let limit = Some(self.limit);
            if self.silence.is_some() {
                Error::HttpResponseBodySize(limit)
            } else {
                Error::HttpRequestBodySize(limit)
            }
        })?;
        if let Some(silence) = &mut self.silence {
            let end = Instant::now() + silence.limit;
            silence.timer.as_mut().reset(end);
        }
        Ok(frame)
    }
}

impl<B> Body for Bounded<B>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Error>,
{
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(None) => Poll::Ready(None),
            Poll::Ready(Some(Err(error))) => Poll::Ready(Some(Err(error.into()))),
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(self.take(frame))),
            Poll::Pending => match &mut self.silence {
                None => Poll::Pending,
                Some(silence) => {
                    ready!(silence.timer.as_mut().poll(cx));
                    Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
