//! gRPC: framing, metadata and status by tonic, messages by the interface's codec.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::{Buf as _, BufMut as _, Bytes, BytesMut};
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode, percent_encode};
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};

use super::failure::Refusal;
use super::invoke::Callee;
use super::table::Table;
use super::{DataPlane, host_of};

/// What must be encoded in a `grpc-message` (gRPC over HTTP/2, "Responses"), and
/// the space, which HTTP allows only between other characters.
const ENCODED: AsciiSet = CONTROLS.add(b' ').add(b'%');

/// Answers a request whose content type is that of gRPC.
pub(super) async fn handle(
    plane: &DataPlane,
    table: &Table,
    request: Request<Incoming>,
) -> Response<Body> {
    with_portable_message(answer_call(plane, table, request).await)
}

/// Encodes the message of a status no more than it must be. tonic encodes `?` and
/// `#` as well, which clients in JavaScript decode by `decodeURI`: it leaves them.
fn with_portable_message(mut response: Response<Body>) -> Response<Body> {
    if let Some(message) = response.headers_mut().get_mut("grpc-message") {
        let decoded: Vec<u8> = percent_decode(message.as_bytes()).collect();
        if let Ok(encoded) = percent_encode(&decoded, &ENCODED).to_string().try_into() {
            *message = encoded;
        }
    }
    response
}

async fn answer_call(
    plane: &DataPlane,
    table: &Table,
    request: Request<Incoming>,
) -> Response<Body> {
    let arrival = Instant::now();
    if !is_protobuf(request.headers()) {
        return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    if request.method() != Method::POST {
        let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
        return response;
    }
    let callee = match find(plane, table, &request) {
        Ok(callee) => callee,
        Err(refusal) => return refusal.into_status().into_http(),
    };
    let Ok(timeout) = timeout(request.headers()) else {
        let reason = "`grpc-timeout` is no timeout; expected digits and one of `HMSmun`";
        let refusal = Refusal::of(&callee, Code::InvalidArgument, reason);
        return refusal.into_status().into_http();
    };
    let limit = callee.limits.timeout;
    let timeout = timeout.map_or(limit, |timeout| timeout.min(limit));
    unary(plane, &callee, arrival + timeout, request).await
}

/// Plain HTTP/2 answers what does not speak gRPC far enough to read a status.
fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// `application/grpc`, with the message format that we have or none. gRPC-Web
/// frames its messages in another way.
fn is_protobuf(headers: &HeaderMap) -> bool {
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let media_type = value.and_then(|value| value.split(|byte| *byte == b';').next());
    matches!(
        media_type.map(<[u8]>::trim_ascii),
        Some(b"application/grpc" | b"application/grpc+proto")
    )
}

fn find(plane: &DataPlane, table: &Table, request: &Request<Incoming>) -> Result<Callee, Refusal> {
    let path = request.uri().path();
    let (service, method) = path
        .strip_prefix('/')
        .and_then(|path| path.split_once('/'))
        .ok_or_else(|| {
            Refusal::new(
                Code::Unimplemented,
                format!("`{path}` is no method; expected `/SERVICE/METHOD`"),
            )
        })?;
    let host = host_of(request.uri(), request.headers());
    let callee = table
        .grpc(&host, service, method, &plane.selector)
        .map_err(|miss| Refusal::grpc_miss(miss, &host, service, method))?;
    callee.check_arity()?;
    Ok(callee)
}

/// `grpc-timeout`: at most 8 digits and a unit (gRPC over HTTP/2, "Timeout").
fn timeout(headers: &HeaderMap) -> Result<Option<Duration>, ()> {
    let Some(value) = headers.get("grpc-timeout") else {
        return Ok(None);
    };
    let (unit, digits) = value.as_bytes().split_last().ok_or(())?;
    if !(1..=8).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return Err(());
    }
    let number = digits
        .iter()
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'));
    Ok(Some(match unit {
        b'H' => Duration::from_hours(number),
        b'M' => Duration::from_mins(number),
        b'S' => Duration::from_secs(number),
        b'm' => Duration::from_millis(number),
        b'u' => Duration::from_micros(number),
        b'n' => Duration::from_nanos(number),
        _ => return Err(()),
    }))
}

async fn unary(
    plane: &DataPlane,
    callee: &Callee,
    deadline: Instant,
    request: Request<Incoming>,
) -> Response<Body> {
    let limit = callee.message_limit();
    let reached = AtomicBool::new(false);
    let call = Call {
        plane,
        callee,
        deadline,
        reached: &reached,
    };
    let mut grpc = Grpc::new(BytesCodec)
        .max_decoding_message_size(limit)
        .max_encoding_message_size(usize::MAX);
    // The body is read in there, too, so the deadline covers slow senders.
    let Ok(mut response) = timeout_at(deadline, grpc.unary(call, request)).await else {
        return Refusal::deadline(callee).into_status().into_http();
    };
    // tonic refuses a message over the limit before it reads it, but as
    // OUT_OF_RANGE; the specification of gRPC says RESOURCE_EXHAUSTED.
    let is_out_of_range =
        Status::from_header_map(response.headers()).is_some_and(|s| s.code() == Code::OutOfRange);
    if is_out_of_range && !reached.load(Ordering::Relaxed) {
        return Refusal::request_too_large(callee).into_status().into_http();
    }
    match response.extensions_mut().remove::<Trailers>() {
        Some(Trailers(trailers)) => response.map(|body| with_trailers(body, trailers)),
        None => response,
    }
}

/// The trailers of a guest, on their way past tonic, which writes only its own.
#[derive(Clone)]
struct Trailers(HeaderMap);

fn with_trailers(body: Body, guest: HeaderMap) -> Body {
    let mut guest = Some(guest);
    Body::new(body.map_frame(move |mut frame| {
        if let Some(trailers) = frame.trailers_mut() {
            trailers.extend(guest.take().unwrap_or_default());
        }
        frame
    }))
}

/// One call, as tonic makes it when it has read the message.
struct Call<'a> {
    plane: &'a DataPlane,
    callee: &'a Callee,
    deadline: Instant,
    /// Whether the request was read.
    reached: &'a AtomicBool,
}

impl<'a> UnaryService<Bytes> for Call<'a> {
    type Response = Bytes;
    type Future = Pin<Box<dyn Future<Output = Result<tonic::Response<Bytes>, Status>> + Send + 'a>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        self.reached.store(true, Ordering::Relaxed);
        let (plane, callee, deadline) = (self.plane, self.callee, self.deadline);
        Box::pin(async move {
            answer(plane, callee, deadline, request)
                .await
                .map_err(Refusal::into_status)
        })
    }
}

async fn answer(
    plane: &DataPlane,
    callee: &Callee,
    deadline: Instant,
    request: tonic::Request<Bytes>,
) -> Result<tonic::Response<Bytes>, Refusal> {
    let (metadata, _, message) = request.into_parts();
    let codec = callee.method.codec();
    let value = codec.request.from_protobuf(&message).map_err(|error| {
        let reason = format_args!("the request cannot be read: {error}");
        Refusal::of(callee, Code::InvalidArgument, reason)
    })?;
    let reply = callee
        .invoke(&plane.host, metadata.into_headers(), deadline, value)
        .await?;
    let mut message = BytesMut::new();
    codec
        .response
        .to_protobuf(&reply.value, &mut message)
        .map_err(|error| callee.response_broken(&error))?;
    if message.len() > callee.message_limit() {
        return Err(Refusal::response_too_large(callee));
    }
    let mut response = tonic::Response::new(message.freeze());
    *response.metadata_mut() = MetadataMap::from_headers(reply.headers);
    if !reply.trailers.is_empty() {
        response.extensions_mut().insert(Trailers(reply.trailers));
    }
    Ok(response)
}

/// Leaves messages as they are.
struct BytesCodec;

impl Codec for BytesCodec {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(message);
        Ok(())
    }
}

impl Decoder for BytesCodec {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Option<Duration>, ()> {
        let mut headers = HeaderMap::new();
        headers.insert("grpc-timeout", value.parse().unwrap());
        timeout(&headers)
    }

    #[test]
    fn a_timeout_is_digits_and_a_unit() {
        assert_eq!(timeout(&HeaderMap::new()), Ok(None));
        assert_eq!(parse("100m"), Ok(Some(Duration::from_millis(100))));
        assert_eq!(
            parse("99999999H"),
            Ok(Some(Duration::from_hours(99_999_999)))
        );
        for bad in ["", "1", "m", "123456789S", "-1S", "1s", "1 S"] {
            assert_eq!(parse(bad), Err(()), "{bad}");
        }
    }

    #[test]
    fn a_message_is_encoded_so_that_javascript_reads_it() {
        let status = Status::not_found("which? `a/b#1` is 100 % Käse\n");
        let response = with_portable_message(status.into_http());
        assert_eq!(
            response.headers()["grpc-message"],
            "which?%20`a/b#1`%20is%20100%20%25%20K%C3%A4se%0A"
        );
        assert_eq!(
            Status::from_header_map(response.headers())
                .unwrap()
                .message(),
            "which? `a/b#1` is 100 % Käse\n"
        );
    }

    #[test]
    fn other_formats_than_protobuf_are_not_ours() {
        let with = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(value));
            is_protobuf(&headers)
        };
        assert!(with("application/grpc"));
        assert!(with("application/grpc+proto; charset=utf-8"));
        assert!(!with("application/grpc-web"));
        assert!(!with("application/grpc+json"));
    }
}
