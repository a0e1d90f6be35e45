//! Unary methods.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response};
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::server::{Grpc, UnaryService};
use tonic::{Code, Status};

use super::codec::BytesCodec;
use crate::data_plane::DataPlane;
use crate::data_plane::exchange::{Callee, Head, Protocol, Replies, Requests};
use crate::data_plane::failure::Refusal;

/// Answers a call of a unary method.
pub(super) async fn unary(
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
    let head = Head {
        metadata: metadata.into_headers(),
        deadline,
        protocol: Protocol::Grpc,
    };
    let reply = plane.exchange(callee, head, Requests::One(value)).await?;
    let Replies::One {
        message: value,
        trailers,
    } = reply.body
    else {
        return Err(callee.streams_unserved());
    };
    let mut message = BytesMut::new();
    codec
        .response
        .to_protobuf(&value, &mut message)
        .map_err(|error| callee.response_broken(&error))?;
    if message.len() > callee.message_limit() {
        return Err(Refusal::response_too_large(callee));
    }
    let mut response = tonic::Response::new(message.freeze());
    *response.metadata_mut() = MetadataMap::from_headers(reply.headers);
    if !trailers.is_empty() {
        response.extensions_mut().insert(Trailers(trailers));
    }
    Ok(response)
}
