//! The messages of a server stream as the body of one response.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::stream;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use tonic::body::Body;
use vimana_interface::http::Written;
use wasmtime::component::Val;

use super::Rejected;
use super::answer::named_type;
use super::format::Format;
use crate::data_plane::exchange::{Callee, ReplyStream};
use crate::data_plane::failure::Refusal;
use crate::data_plane::interfaces::Binding;
use crate::data_plane::service::Bound;
use crate::transcode::StreamCompressor;

/// How long a client that waits for events hears nothing at the most: what the HTML
/// standard recommends against proxies that end connections which seem dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// A line that clients pass over.
const COMMENT: &[u8] = b": nothing new\n\n";

/// What `next` gives; none where that takes longer than `limit`.
async fn within<T>(limit: Duration, next: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, next).await.ok()
}

/// Why a body ends before it is complete: the client sees it break off.
#[derive(Debug, thiserror::Error)]
#[error("the stream broke off")]
struct BrokenOff;

/// The response that the messages make. An error before the first message is one
/// of its own, with a status of HTTP; but who waits for events is told at once that
/// they are coming.
pub(super) async fn respond(
    bound: &Bound,
    format: Format,
    accepts: &HeaderMap,
    mut replies: ReplyStream,
) -> Result<Response<Body>, Rejected> {
    let first = match format {
        Format::Events => None,
        _ => match replies.next().await {
            Some(Err(refusal)) => return Err(refusal.into()),
            first => Some(first.transpose()?),
        },
    };
    let mut writer = Writer {
        callee: bound.callee.clone(),
        binding: Arc::clone(&bound.binding),
        format,
        is_first: true,
        content_type: None,
    };
    let mut begin = format.begin().to_vec();
    let mut is_over = false;
    match first {
        Some(Some(messages)) => writer
            .messages(&messages, &mut begin)
            .map_err(|refusal| replies.refused(refusal))?,
        Some(None) => {
            begin.extend_from_slice(format.end());
            is_over = true;
        }
        None => {}
    }
    let content_type = match &writer.content_type {
        Some(named) => named_type(named),
        None => format.content_type(),
    };
    let state = State {
        writer,
        replies,
        begin: (!begin.is_empty()).then_some(begin),
        is_over,
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, content_type);
    let mut compressor = None;
    if format != Format::Raw {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Proxies that follow nginx would keep messages back otherwise.
        let no = HeaderValue::from_static("no");
        headers.insert(HeaderName::from_static("x-accel-buffering"), no);
        compressor = StreamCompressor::of_response(accepts, &mut headers);
    }
    let parts = Parts {
        state,
        compressor,
        behind: None,
    };
    let frames = stream::unfold(parts, |mut parts| async move {
        let frame = parts.next().await?;
        Some((frame, parts))
    });
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    *response.headers_mut() = headers;
    Ok(response)
}

/// Writes messages in their form.
struct Writer {
    callee: Callee,
    binding: Arc<Binding>,
    format: Format,
    is_first: bool,
    /// What the first `google.api.HttpBody` says.
    content_type: Option<String>,
}

impl Writer {
    fn messages(&mut self, messages: &[Val], out: &mut Vec<u8>) -> Result<(), Refusal> {
        messages
            .iter()
            .try_for_each(|message| self.message(message, out))
    }

    fn message(&mut self, message: &Val, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(transcoder) = self.binding.transcoder() else {
            return Err(self.callee.streams_unserved());
        };
        let before = out.len();
        out.extend_from_slice(self.format.before(self.is_first));
        let codec = &self.callee.method.codec().response;
        let start = out.len();
        let written = transcoder.response(codec, self.callee.json, message, out);
        let length = match written {
            Ok(Written::Json) => out.len() - start,
            Ok(Written::Raw(body)) => {
                out.extend_from_slice(&body.data);
                if self.is_first {
                    self.content_type = Some(body.content_type);
                }
                body.data.len()
            }
            Err(error) => {
                out.truncate(before);
                return Err(self.callee.response_broken(&error));
            }
        };
        if length > self.callee.response_limit() {
            out.truncate(before);
            return Err(Refusal::response_too_large(&self.callee));
        }
        out.extend_from_slice(self.format.after());
        self.is_first = false;
        Ok(())
    }
}

/// The frames of the body, compressed where the client asked for it.
struct Parts {
    state: State,
    compressor: Option<StreamCompressor>,
    /// Trailers that wait for what a compressor puts behind the last message.
    behind: Option<Frame<Bytes>>,
}

impl Parts {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, BrokenOff>> {
        if let Some(behind) = self.behind.take() {
            return Some(Ok(behind));
        }
        let frame = match self.state.next().await {
            Some(Ok(frame)) => frame,
            Some(Err(error)) => return Some(Err(error)),
            None => {
                let compressor = self.compressor.take()?;
                return Some(compressor.end().map(Frame::data).map_err(|_| BrokenOff));
            }
        };
        let Some(compressor) = &mut self.compressor else {
            return Some(Ok(frame));
        };
        match frame.into_data() {
            Ok(data) => Some(
                compressor
                    .part(&data)
                    .map(Frame::data)
                    .map_err(|_| BrokenOff),
            ),
            Err(trailers) => {
                self.behind = Some(trailers);
                let end = self.compressor.take()?.end();
                Some(end.map(Frame::data).map_err(|_| BrokenOff))
            }
        }
    }
}

struct State {
    writer: Writer,
    replies: ReplyStream,
    /// What was written before the response began.
    begin: Option<Vec<u8>>,
    is_over: bool,
}

impl State {
    async fn next(&mut self) -> Option<Result<Frame<Bytes>, BrokenOff>> {
        if let Some(begin) = self.begin.take() {
            return Some(Ok(Frame::data(begin.into())));
        }
        if self.is_over {
            return None;
        }
        let mut out = Vec::new();
        let next = if self.writer.format == Format::Events {
            match within(KEEP_ALIVE, self.replies.next()).await {
                Some(next) => next,
                None => return Some(Ok(Frame::data(Bytes::from_static(COMMENT)))),
            }
        } else {
            self.replies.next().await
        };
        let refusal = match next {
            Some(Ok(messages)) => match self.writer.messages(&messages, &mut out) {
                Ok(()) => return Some(Ok(Frame::data(out.into()))),
                Err(refusal) => self.replies.refused(refusal),
            },
            Some(Err(refusal)) => refusal,
            None => {
                self.is_over = true;
                return self.end();
            }
        };
        self.is_over = true;
        if self.writer.format == Format::Raw {
            // Nothing within a body of any type can say that it failed.
            return Some(Err(BrokenOff));
        }
        let status = refusal.to_status_json(&self.writer.callee);
        let Writer {
            format, is_first, ..
        } = self.writer;
        format.error(&status, is_first, &mut out);
        Some(Ok(Frame::data(out.into())))
    }

    /// What is behind the last message: the end of an array, or else the trailers.
    fn end(&mut self) -> Option<Result<Frame<Bytes>, BrokenOff>> {
        let end = self.writer.format.end();
        if !end.is_empty() {
            return Some(Ok(Frame::data(Bytes::from_static(end))));
        }
        let trailers: HeaderMap = self.replies.take_trailers();
        (!trailers.is_empty()).then(|| Ok(Frame::trailers(trailers)))
    }
}
