//! The messages of a server stream, a line of JSON each.

use std::sync::Arc;

use bytes::{Buf as _, Bytes};
use futures::stream;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use http_body::Frame;
use http_body_util::StreamBody;
use tonic::body::Body;
use tonic::codec::{DecodeBuf, Decoder};
use tonic::{Code, Status, Streaming};

use super::Method;
use crate::transcode::{Failure, status_json};

/// Gives messages as they are encoded.
struct Encoded;

impl Decoder for Encoded {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// Answers with each message of `reply` when it comes. An error before the first is a
/// response of its own; a later one is the member `error` of the last line.
pub(super) fn respond(
    method: Arc<Method>,
    reply: Response<Body>,
    limit: usize,
) -> Result<Response<Body>, Failure> {
    let (head, body) = reply.into_parts();
    if let Some(status) = Status::from_header_map(&head.headers)
        && status.code() != Code::Ok
    {
        return Err(status.into());
    }
    let messages = Streaming::new_response(Encoded, body, head.status, None, Some(limit));
    let frames = stream::unfold(Some((method, messages)), |state| async move {
        let (method, mut messages) = state?;
        let line = match messages.message().await {
            Ok(None) => return None,
            Ok(Some(message)) => method.json(&message),
            Err(status) => Err(status),
        };
        let (mut line, next) = match line {
            Ok(line) => (line, Some((method, messages))),
            Err(status) => (error_line(&status), None),
        };
        line.push(b'\n');
        let frame = Frame::data(Bytes::from(line));
        Some((Ok::<_, std::convert::Infallible>(frame), next))
    });
    let mut response = Response::new(Body::new(StreamBody::new(frames)));
    let headers = response.headers_mut();
    let lines = HeaderValue::from_static("application/x-ndjson");
    headers.insert(CONTENT_TYPE, lines);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

fn error_line(status: &Status) -> Vec<u8> {
    let mut line = b"{\"error\":".to_vec();
    line.extend(status_json(status.code(), status.message(), &[], None));
    line.push(b'}');
    line
}
