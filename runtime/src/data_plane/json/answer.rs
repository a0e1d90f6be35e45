//! One call: the request message of an HTTP request, and the response of the reply.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;
use vimana_interface::http::{Content, Transcoder, Written};
use wasmtime::component::Val;

use super::format::Format;
use super::{Rejected, stream};
use crate::data_plane::DataPlane;
use crate::data_plane::exchange::{Callee, Head, Observation, Replies, Requests};
use crate::data_plane::failure::Refusal;
use crate::data_plane::service::Bound;
use crate::listener::Connection;
use crate::transcode::{compress_response, read_body, read_json};

/// The content type of a `google.api.HttpBody` that names none.
const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// A request that was read.
struct Asked {
    message: Val,
    format: Format,
    /// What of the headers the response still needs.
    accepts: HeaderMap,
    metadata: HeaderMap,
}

pub(super) async fn answer(
    plane: &DataPlane,
    bound: &Bound,
    observation: Observation,
    deadline: Instant,
    mut request: Request<Incoming>,
) -> Result<Response<Body>, Rejected> {
    let callee = &bound.callee;
    let Some(transcoder) = bound.binding.transcoder() else {
        return Err(observation.refused(callee.streams_unserved()).into());
    };
    let connection = Connection::of(request.extensions()).cloned();
    let admitted = callee.admit(request.headers_mut(), connection.as_ref(), deadline);
    let admitted = match admitted.await {
        Ok(admitted) => admitted,
        Err(refusal) => return Err(observation.refused(refusal).into()),
    };
    let asked = match read(bound, transcoder, request).await {
        Ok(asked) => asked,
        Err(rejected) => return Err(rejected.observed(observation)),
    };
    let head = Head {
        metadata: asked.metadata,
        deadline,
        observation,
        wire: None,
        admitted,
    };
    let requests = Requests::One(asked.message);
    let reply = plane.exchange(callee, head, requests).await?;
    match reply.body {
        Replies::One { message, trailers } => {
            let mut response = match respond(callee, transcoder, &message, &asked.accepts) {
                Ok(response) => response,
                Err(refusal) => return Err(reply.observation.refused(refusal).into()),
            };
            // JSON has no trailers, so what a guest adds to them goes to the headers.
            response.headers_mut().extend(reply.headers);
            response.headers_mut().extend(trailers);
            Ok(response)
        }
        Replies::Stream(replies) => {
            let mut response =
                stream::respond(bound, asked.format, &asked.accepts, replies).await?;
            response.headers_mut().extend(reply.headers);
            Ok(response)
        }
    }
}

/// Makes a message of a request.
async fn read(
    bound: &Bound,
    transcoder: &Transcoder,
    request: Request<Incoming>,
) -> Result<Asked, Rejected> {
    let callee = &bound.callee;
    let arity = callee.method.method().arity;
    let (parts, body) = request.into_parts();
    let format = Format::of(&parts.headers, arity.server_streams(), transcoder)?;
    let limit = callee.request_limit();
    let body = if transcoder.takes_any_body() {
        read_body(&parts.headers, body, limit).await?
    } else {
        read_json(&parts.headers, body, limit).await?
    };
    let content = Content {
        content_type: content_type(&parts.headers),
        data: &body,
    };
    let query = parts.uri.query().unwrap_or_default();
    let codec = &callee.method.codec().request;
    let message = transcoder
        .request(codec, callee.json, &bound.variables, query, content)
        .map_err(|error| Refusal::of(callee, Code::InvalidArgument, error))?;
    Ok(Asked {
        message,
        format,
        accepts: compression_of(&parts.headers),
        metadata: parts.headers,
    })
}

/// What of the request's headers the response still needs.
fn compression_of(headers: &HeaderMap) -> HeaderMap {
    let accepted = headers.get(http::header::ACCEPT_ENCODING).cloned();
    accepted
        .map(|value| (http::header::ACCEPT_ENCODING, value))
        .into_iter()
        .collect()
}

fn content_type(headers: &HeaderMap) -> &str {
    headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// The content type that a `google.api.HttpBody` names.
pub(super) fn named_type(content_type: &str) -> HeaderValue {
    match HeaderValue::from_str(content_type) {
        Ok(value) if !content_type.is_empty() => value,
        _ => OCTETS,
    }
}

fn respond(
    callee: &Callee,
    transcoder: &Transcoder,
    message: &Val,
    accepts: &HeaderMap,
) -> Result<Response<Body>, Refusal> {
    let mut json = Vec::with_capacity(256);
    let codec = &callee.method.codec().response;
    let written = transcoder
        .response(codec, callee.json, message, &mut json)
        .map_err(|error| callee.response_broken(&error))?;
    let (content_type, body): (_, Bytes) = match written {
        Written::Json => (HeaderValue::from_static("application/json"), json.into()),
        Written::Raw(body) => (named_type(&body.content_type), body.data.into()),
    };
    if body.len() > callee.response_limit() {
        return Err(Refusal::response_too_large(callee));
    }
    let mut headers = HeaderMap::with_capacity(4);
    headers.insert(CONTENT_TYPE, content_type);
    let body = compress_response(accepts, &mut headers, body);
    let mut response = Response::new(Body::new(Full::new(body)));
    *response.status_mut() = StatusCode::OK;
    *response.headers_mut() = headers;
    Ok(response)
}
