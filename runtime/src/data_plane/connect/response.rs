//! Responses: of unary calls as HTTP has them, of streams always 200 with the end in
//! the last message.

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use http::header::{
    ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, VARY, WWW_AUTHENTICATE,
};
use http::{HeaderMap, HeaderName, Response, StatusCode};
use http_body::Frame;
use http_body_util::{Full, StreamBody};
use serde_json::{Value, json};
use tonic::Status;
use tonic::body::Body;

use super::call::{Output, OutputBody, Piece};
use super::content::{Content, Shape};
use super::error;
use crate::data_plane::failure::Refusal;
use crate::data_plane::grpc::compression::Encoding;
use crate::data_plane::grpc::frame;

/// The flag of the message that ends a stream.
const END: u8 = 2;

const CONNECT_CONTENT_ENCODING: HeaderName = HeaderName::from_static("connect-content-encoding");
const CONNECT_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("connect-accept-encoding");

/// How a response is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Writer {
    pub(super) content: Content,
    pub(super) encoding: Option<Encoding>,
    /// Whether the request was a `GET`, whose answer caches may keep.
    pub(super) is_get: bool,
}

impl Writer {
    /// The answer to a call that was made.
    pub(super) async fn respond(self, output: Output) -> Response<Body> {
        match (self.content.shape, output.body) {
            (Shape::Unary, OutputBody::One { message, trailers }) => {
                self.unary(output.headers, message, &trailers).await
            }
            (Shape::Stream, OutputBody::One { message, trailers }) => {
                let pieces = [Piece::Messages(vec![message]), Piece::End(Ok(trailers))];
                self.stream(output.headers, stream::iter(pieces).boxed())
            }
            (_, OutputBody::Stream(pieces)) => self.stream(output.headers, pieces),
        }
    }

    /// The answer to a call that came to nothing.
    pub(super) fn refuse(self, refusal: Refusal) -> Response<Body> {
        match self.content.shape {
            Shape::Unary => failed(refusal),
            Shape::Stream => {
                let pieces = stream::iter([Piece::End(Err(refusal))]);
                self.stream(HeaderMap::new(), pieces.boxed())
            }
        }
    }

    async fn unary(
        self,
        headers: HeaderMap,
        message: Bytes,
        trailers: &HeaderMap,
    ) -> Response<Body> {
        let compressed = match self.encoding {
            Some(encoding) => encoding.compress(message.clone()).await,
            None => None,
        };
        let encoding = self.encoding.filter(|_| compressed.is_some());
        let mut response = Response::new(Body::new(Full::new(compressed.unwrap_or(message))));
        let out = response.headers_mut();
        *out = headers;
        out.extend(as_headers(trailers));
        out.insert(CONTENT_TYPE, self.content.header());
        out.insert(ACCEPT_ENCODING, accepted());
        if let Some(encoding) = encoding {
            out.insert(CONTENT_ENCODING, encoding.name());
        }
        if self.is_get {
            out.append(VARY, HeaderValue::from_static("accept-encoding"));
        }
        response
    }

    fn stream(self, headers: HeaderMap, pieces: BoxStream<'static, Piece>) -> Response<Body> {
        let frames = pieces.then(move |piece| self.frames(piece));
        let frames = frames.map(|frames| Ok::<_, Status>(Frame::data(frames)));
        let mut response = Response::new(Body::new(StreamBody::new(frames)));
        let out = response.headers_mut();
        *out = headers;
        out.insert(CONTENT_TYPE, self.content.header());
        out.insert(CONNECT_ACCEPT_ENCODING, accepted());
        if let Some(encoding) = self.encoding {
            out.insert(CONNECT_CONTENT_ENCODING, encoding.name());
        }
        response
    }

    /// A part of a stream, with the prefixes of its messages.
    async fn frames(self, piece: Piece) -> Bytes {
        let mut out = BytesMut::new();
        match piece {
            Piece::Messages(messages) => {
                for message in messages {
                    self.message(&mut out, message).await;
                }
            }
            Piece::End(end) => {
                let content = end_of_stream(end).to_string();
                put(&mut out, END, content.as_bytes());
            }
        }
        out.freeze()
    }

    async fn message(self, out: &mut BytesMut, message: Bytes) {
        let compressed = match self.encoding {
            Some(encoding) => encoding.compress(message.clone()).await,
            None => None,
        };
        match compressed {
            Some(compressed) => put(out, 1, &compressed),
            None => put(out, 0, &message),
        }
    }
}

fn put(out: &mut BytesMut, flags: u8, message: &[u8]) {
    out.reserve(frame::PREFIX + message.len());
    out.put_u8(flags);
    out.put_u32(u32::try_from(message.len()).expect("limits of messages are below 4 GiB"));
    out.put_slice(message);
}

fn accepted() -> HeaderValue {
    HeaderValue::from_static("gzip, zstd")
}

/// Trailers of a unary call, which are headers with a prefix.
fn as_headers(trailers: &HeaderMap) -> HeaderMap {
    trailers
        .iter()
        .filter_map(|(name, value)| {
            let name = HeaderName::try_from(format!("trailer-{name}")).ok()?;
            Some((name, value.clone()))
        })
        .collect()
}

/// What the last message of a stream says.
fn end_of_stream(end: Result<HeaderMap, Refusal>) -> Value {
    let (error, metadata) = match end {
        Ok(trailers) => (None, trailers),
        Err(refusal) => {
            let parts = refusal.into_parts();
            let error = error::to_json(&parts);
            let mut metadata = parts.headers;
            metadata.extend(parts.trailers);
            (Some(error), metadata)
        }
    };
    let mut said = json!({});
    if let Some(error) = error {
        said["error"] = error;
    }
    if !metadata.is_empty() {
        let entries = metadata.keys().map(|name| {
            let values = metadata.get_all(name).iter();
            let values = values.filter_map(|value| value.to_str().ok());
            (name.as_str().to_owned(), values.collect())
        });
        said["metadata"] = Value::Object(entries.collect());
    }
    said
}

/// The error of a unary call.
pub(super) fn failed(refusal: Refusal) -> Response<Body> {
    let parts = refusal.into_parts();
    let content = error::to_json(&parts).to_string();
    let mut response = Response::new(Body::new(Full::new(Bytes::from(content))));
    *response.status_mut() = error::http_status(parts.code);
    let headers = response.headers_mut();
    *headers = parts.headers;
    headers.extend(as_headers(&parts.trailers));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if response.status() == StatusCode::UNAUTHORIZED {
        // RFC 9110, section 15.5.2: a 401 bears a challenge.
        let challenge = HeaderValue::from_static("Bearer");
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// An answer of HTTP alone.
pub(super) fn plain(status: StatusCode, name: HeaderName, value: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.headers_mut().insert(name, value);
    response
}
