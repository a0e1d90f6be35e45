//! How a call ended, as headers say it: `grpc-status`, `grpc-message`,
//! `grpc-status-details-bin` (gRPC over HTTP/2, "Responses").

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, HeaderName, Response};
use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use prost::Message as _;
use tonic::body::Body;

use super::response::Ending;
use crate::data_plane::failure::Refusal;
use crate::transcode::RpcStatus;

const STATUS: HeaderName = HeaderName::from_static("grpc-status");
const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");
const DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");
/// When the caller should come again, in milliseconds (gRPC Retry Design, "Pushback").
const PUSHBACK: HeaderName = HeaderName::from_static("grpc-retry-pushback-ms");
pub(super) const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// What must be encoded in a `grpc-message`, and the space, which HTTP allows only
/// between other characters. Nothing else is: clients in JavaScript decode by
/// `decodeURI`, which leaves an encoded `?` or `#` as it is.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%');

/// The trailers of a call that went well.
pub(super) fn ok(mut trailers: HeaderMap) -> HeaderMap {
    trailers.insert(STATUS, HeaderValue::from_static("0"));
    trailers
}

/// The trailers of a call that did not.
pub(super) fn failed(refusal: Refusal) -> HeaderMap {
    let (mut trailers, rest) = split(refusal);
    trailers.extend(rest);
    trailers
}

/// The response of a call that failed before anything was sent: nothing but trailers,
/// unless the guest has added headers.
pub(super) fn response(refusal: Refusal) -> Response<Body> {
    let (headers, trailers) = split(refusal);
    let mut response = if headers.is_empty() {
        let mut response = Response::new(Body::empty());
        *response.headers_mut() = trailers;
        response
    } else {
        let mut response = Response::new(Body::new(Ending::new(Bytes::new(), trailers)));
        *response.headers_mut() = headers;
        response
    };
    response.headers_mut().insert(CONTENT_TYPE, GRPC);
    response
}

/// The headers that a guest added before it failed, and the trailers with the status.
fn split(refusal: Refusal) -> (HeaderMap, HeaderMap) {
    let parts = refusal.into_parts();
    let mut trailers = parts.trailers;
    trailers.insert(STATUS, HeaderValue::from(parts.code as i32));
    if let Some(retry) = parts.retry {
        let millis = u32::try_from(retry.as_millis()).unwrap_or(u32::MAX);
        trailers.insert(PUSHBACK, millis.into());
    }
    if !parts.details.is_empty() {
        let status = RpcStatus {
            code: parts.code as i32,
            message: parts.message.clone(),
            details: parts.details,
        };
        let encoded = STANDARD_NO_PAD.encode(status.encode_to_vec());
        if let Ok(value) = HeaderValue::try_from(encoded) {
            trailers.insert(DETAILS, value);
        }
    }
    if !parts.message.is_empty() {
        trailers.insert(MESSAGE, message(&parts.message));
    }
    (parts.headers, trailers)
}

fn message(text: &str) -> HeaderValue {
    let encoded = percent_encode(text.as_bytes(), &ENCODED).to_string();
    HeaderValue::try_from(encoded).expect("what is encoded is printable ASCII alone")
}

#[cfg(test)]
mod tests {
    use super::*;
    use tonic::{Code, Status};

    #[test]
    fn a_message_is_encoded_so_that_javascript_reads_it() {
        let text = "which? `a/b#1` is 100 % Käse\n";
        let trailers = failed(Refusal::new(Code::NotFound, text));
        assert_eq!(trailers[STATUS], "5");
        assert_eq!(
            trailers[MESSAGE],
            "which?%20`a/b#1`%20is%20100%20%25%20K%C3%A4se%0A"
        );
        let status = Status::from_header_map(&trailers).unwrap();
        assert_eq!(status.message(), text);
    }

    #[test]
    fn a_failure_before_anything_was_sent_is_one_block_of_headers() {
        let response = response(Refusal::new(Code::Unavailable, ""));
        assert!(http_body::Body::is_end_stream(response.body()));
        assert_eq!(response.headers()[STATUS], "14");
        assert!(!response.headers().contains_key(MESSAGE));
        assert_eq!(response.headers()[CONTENT_TYPE], "application/grpc");
    }

    #[test]
    fn headers_of_a_guest_stay_headers_when_it_fails() {
        let mut headers = HeaderMap::new();
        headers.insert("x-mood", HeaderValue::from_static("glad"));
        let mut trailers = HeaderMap::new();
        trailers.insert("x-late", HeaderValue::from_static("yes"));
        let refusal = Refusal::new(Code::Aborted, "no").with_metadata(headers, trailers);
        let response = response(refusal);
        assert_eq!(response.headers()["x-mood"], "glad");
        assert!(!response.headers().contains_key(STATUS));
    }
}
