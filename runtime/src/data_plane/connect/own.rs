//! A call of a service that the node has itself: it speaks gRPC, so the messages go
//! to it in gRPC's frames, and JSON becomes Protobuf by its descriptors.

use std::time::Duration;

use bytes::{BufMut as _, Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use http::header::{CONTENT_TYPE, HeaderValue, TE};
use http::{HeaderMap, Method, Request, Version};
use http_body::Frame;
use http_body_util::{BodyExt as _, StreamBody};
use prost::Message as _;
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor};
use tonic::body::Body;
use tonic::{Code, Status};

use super::call::{Input, Output, OutputBody, Piece};
use super::content::Codec;
use crate::data_plane::DataPlane;
use crate::data_plane::builtin::Kind;
use crate::data_plane::failure::Refusal;
use crate::data_plane::grpc::frame::{Deframer, PREFIX};

/// A request asks for a name.
pub(super) const MAX_REQUEST_BYTES: usize = 64 << 10;
/// The files of an interface, or the names of many services.
const MAX_RESPONSE_BYTES: usize = 64 << 20;
/// The time for a call that is no stream.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

/// A method of a service of the node.
pub(super) struct OwnMethod {
    pub(super) kind: Kind,
    pub(super) host: String,
    pub(super) descriptor: MethodDescriptor,
}

pub(super) fn too_large() -> Refusal {
    let reason = format!("the request is larger than {MAX_REQUEST_BYTES} bytes");
    Refusal::new(Code::ResourceExhausted, reason)
}

pub(super) fn late() -> Refusal {
    Refusal::new(Code::DeadlineExceeded, "the deadline has passed")
}

pub(super) async fn call(
    plane: &DataPlane,
    method: &OwnMethod,
    codec: Codec,
    input: Input,
) -> Result<Output, Refusal> {
    let messages: BoxStream<'static, Result<Vec<Bytes>, Refusal>> = match input {
        Input::One(message) => stream::iter([Ok(vec![message])]).boxed(),
        Input::Stream(batches) => batches,
    };
    let request = method.descriptor.input();
    let frames = messages.map(move |batch| {
        let framed = batch.and_then(|messages| framed(&request, codec, &messages));
        framed.map(Frame::data).map_err(into_status)
    });
    let body = Body::new(StreamBody::new(frames));
    let response = plane
        .builtin
        .call(method.kind, &method.host, grpc_request(method, body))
        .await;
    let (head, body) = response.into_parts();
    if let Some(status) = Status::from_header_map(&head.headers)
        && status.code() != Code::Ok
    {
        return Err(refusal(&status));
    }
    let reader = Reader {
        body,
        deframer: Deframer::new(MAX_RESPONSE_BYTES),
        response: method.descriptor.output(),
        codec,
    };
    let mut pieces = stream::unfold(Some(reader), |reader| async { reader?.next().await }).boxed();
    if method.descriptor.is_server_streaming() {
        return Ok(Output {
            headers: HeaderMap::new(),
            body: OutputBody::Stream(pieces),
        });
    }
    let mut message = Bytes::new();
    while let Some(piece) = pieces.next().await {
        match piece {
            Piece::Messages(messages) => message = messages.concat().into(),
            Piece::End(end) => drop(end?),
        }
    }
    Ok(Output {
        headers: HeaderMap::new(),
        body: OutputBody::One {
            message,
            trailers: HeaderMap::new(),
        },
    })
}

fn grpc_request(method: &OwnMethod, body: Body) -> Request<Body> {
    let mut request = Request::new(body);
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    let service = method.descriptor.parent_service();
    let path = format!("/{}/{}", service.full_name(), method.descriptor.name());
    *request.uri_mut() = path
        .parse()
        .expect("names of services and methods are letters, digits and dots");
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    request
}

/// Messages as gRPC frames them.
fn framed(request: &MessageDescriptor, codec: Codec, messages: &[Bytes]) -> Result<Bytes, Refusal> {
    let mut frames = BytesMut::new();
    for message in messages {
        let message = match codec {
            Codec::Proto => message.clone(),
            Codec::Json => from_json(request, message)?,
        };
        frames.reserve(PREFIX + message.len());
        frames.put_u8(0);
        frames.put_u32(u32::try_from(message.len()).map_err(|_| too_large())?);
        frames.put_slice(&message);
    }
    Ok(frames.freeze())
}

fn from_json(descriptor: &MessageDescriptor, json: &[u8]) -> Result<Bytes, Refusal> {
    let invalid = |error: serde_json::Error| {
        let reason = format!("the request cannot be read: {error}");
        Refusal::new(Code::InvalidArgument, reason)
    };
    let options = prost_reflect::DeserializeOptions::new().deny_unknown_fields(false);
    let mut source = serde_json::Deserializer::from_slice(json);
    let message =
        DynamicMessage::deserialize_with_options(descriptor.clone(), &mut source, &options)
            .map_err(invalid)?;
    source.end().map_err(invalid)?;
    Ok(message.encode_to_vec().into())
}

/// The responses of a call under way.
struct Reader {
    body: Body,
    deframer: Deframer,
    response: MessageDescriptor,
    codec: Codec,
}

impl Reader {
    async fn next(mut self) -> Option<(Piece, Option<Self>)> {
        loop {
            match self.deframer.next() {
                Ok(Some(framed)) => {
                    return Some(match self.written(&framed.bytes) {
                        Ok(message) => (Piece::Messages(vec![message]), Some(self)),
                        Err(refusal) => (Piece::End(Err(refusal)), None),
                    });
                }
                Ok(None) => {}
                Err(_) => return Some((Piece::End(Err(broken())), None)),
            }
            let frame = match self.body.frame().await? {
                Ok(frame) => frame,
                Err(status) => return Some((Piece::End(Err(refusal(&status))), None)),
            };
            match frame.into_data() {
                Ok(data) => self.deframer.push(data),
                Err(frame) => {
                    let trailers = frame.into_trailers().unwrap_or_default();
                    let end = match Status::from_header_map(&trailers) {
                        Some(status) if status.code() != Code::Ok => Err(refusal(&status)),
                        _ => Ok(HeaderMap::new()),
                    };
                    return Some((Piece::End(end), None));
                }
            }
        }
    }

    fn written(&self, message: &Bytes) -> Result<Bytes, Refusal> {
        if self.codec == Codec::Proto {
            return Ok(message.clone());
        }
        let decoded = DynamicMessage::decode(self.response.clone(), message.clone());
        let json = decoded.map(|message| serde_json::to_vec(&message));
        match json {
            Ok(Ok(json)) => Ok(json.into()),
            _ => Err(broken()),
        }
    }
}

fn broken() -> Refusal {
    Refusal::new(Code::Internal, "the service failed")
}

fn refusal(status: &Status) -> Refusal {
    Refusal::new(status.code(), status.message())
}

fn into_status(refusal: Refusal) -> Status {
    let parts = refusal.into_parts();
    Status::new(parts.code, parts.message)
}
