//! From a component's values to a response.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use futures::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use tonic::body::Body;
use wasmtime::component::Val;

use super::compression::Encoding;
use super::{frame, status};
use crate::data_plane::exchange::{Callee, Replies, Reply, ReplyStream};
use crate::data_plane::failure::Refusal;
use crate::host::Wire;

/// Writes the messages of one response.
pub(super) struct Writer {
    callee: Callee,
    wire: Arc<Wire>,
    encoding: Option<Encoding>,
    /// The place of the next message.
    place: u64,
}

impl Writer {
    pub(super) fn new(callee: Callee, wire: Arc<Wire>, encoding: Option<Encoding>) -> Self {
        Self {
            callee,
            wire,
            encoding,
            place: 0,
        }
    }

    /// The whole response: its headers at once, and its messages as they come.
    pub(super) async fn respond(mut self, reply: Reply) -> Response<Body> {
        let encoding = self.encoding.map(Encoding::name);
        let (headers, body) = match reply.body {
            Replies::One { message, trailers } => {
                let mut out = BytesMut::new();
                if let Err(refusal) = self.write(&message, &mut out).await {
                    let refusal = refusal.with_metadata(reply.headers, trailers);
                    return status::response(reply.observation.refused(refusal));
                }
                let ending = Ending::new(out.freeze(), status::ok(trailers));
                (reply.headers, Body::new(ending))
            }
            Replies::Stream(replies) => (reply.headers, self.stream(replies)),
        };
        let mut response = Response::new(body);
        *response.headers_mut() = headers;
        response.headers_mut().insert(CONTENT_TYPE, status::GRPC);
        if let Some(encoding) = encoding {
            response.headers_mut().insert("grpc-encoding", encoding);
        }
        response
    }

    /// A body that asks the guest for more when the client has taken what there was.
    fn stream(self, replies: ReplyStream) -> Body {
        let state = Streaming {
            writer: self,
            replies,
            trailers: None,
            has_ended: false,
        };
        Body::new(StreamBody::new(stream::unfold(
            state,
            |mut state| async move {
                let frame = state.next().await?;
                Some((Ok::<_, Infallible>(frame), state))
            },
        )))
    }

    /// Appends one message.
    async fn write(&mut self, message: &Val, out: &mut BytesMut) -> Result<(), Refusal> {
        let begin = frame::begin(out);
        let content = begin + frame::PREFIX;
        let codec = &self.callee.method.codec().response;
        codec
            .to_protobuf(message, out)
            .map_err(|error| self.callee.response_broken(&error))?;
        if out.len() - content > self.callee.response_limit() {
            return Err(Refusal::response_too_large(&self.callee));
        }
        let place = self.place;
        self.place += 1;
        let mut is_compressed = false;
        if let Some(encoding) = self.encoding
            && self.wire.may_compress(place)
        {
            let plain = out.split_off(content).freeze();
            let compressed = encoding.compress(plain.clone()).await;
            is_compressed = compressed.is_some();
            out.extend_from_slice(&compressed.unwrap_or(plain));
        }
        frame::finish(out, begin, is_compressed)
            .ok_or_else(|| Refusal::response_too_large(&self.callee))
    }
}

/// A response stream under way.
struct Streaming {
    writer: Writer,
    replies: ReplyStream,
    /// What is left to send when the end is known before what was written is sent.
    trailers: Option<HeaderMap>,
    has_ended: bool,
}

impl Streaming {
    async fn next(&mut self) -> Option<Frame<Bytes>> {
        if let Some(trailers) = self.trailers.take() {
            return Some(self.end(trailers));
        }
        if self.has_ended {
            return None;
        }
        let batch = match self.replies.next().await {
            Some(Ok(batch)) => batch,
            Some(Err(refusal)) => return Some(self.end(status::failed(refusal))),
            None => {
                let trailers = self.replies.take_trailers();
                return Some(self.end(status::ok(trailers)));
            }
        };
        let mut out = BytesMut::new();
        for message in batch {
            let written = out.len();
            if let Err(refusal) = self.writer.write(&message, &mut out).await {
                out.truncate(written);
                self.trailers = Some(status::failed(self.replies.refused(refusal)));
                break;
            }
        }
        if out.is_empty() {
            let trailers = self.trailers.take()?;
            return Some(self.end(trailers));
        }
        Some(Frame::data(out.freeze()))
    }

    fn end(&mut self, trailers: HeaderMap) -> Frame<Bytes> {
        self.has_ended = true;
        Frame::trailers(trailers)
    }
}

/// A body that is complete: bytes, unless there are none, and trailers.
pub(super) struct Ending {
    bytes: Option<Bytes>,
    trailers: Option<HeaderMap>,
}

impl Ending {
    pub(super) fn new(bytes: Bytes, trailers: HeaderMap) -> Self {
        Self {
            bytes: Some(bytes).filter(|bytes| !bytes.is_empty()),
            trailers: Some(trailers),
        }
    }
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = self.bytes.take().map(Frame::data);
        let frame = bytes.or_else(|| self.trailers.take().map(Frame::trailers));
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none() && self.trailers.is_none()
    }
}
