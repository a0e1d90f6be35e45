//! gRPC over HTTP/2: framing, compression, deadlines and status. The messages are the
//! interface's codec's.

pub(super) mod compression;
pub(super) mod frame;
mod request;
mod response;
mod status;
mod timeout;

use std::sync::Arc;

use bytes::Bytes;
use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tokio::time::{Instant, timeout_at};
use tonic::Code;
use tonic::body::Body;
use vimana_interface::Arity;

use super::exchange::{Callee, Head, Observation};
use super::failure::Refusal;
use super::table::Table;
use super::{DataPlane, host_of};
use crate::host::Wire;
use crate::listener::Connection;
use crate::telemetry::Protocol;
use compression::Encoding;
use request::Reader;
use response::Writer;
use timeout::timeout;

/// Answers a request whose content type is that of gRPC.
pub(super) async fn handle<B>(
    plane: &DataPlane,
    table: &Table,
    request: Request<B>,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
{
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
    match find(plane, table, &request) {
        Ok(callee) => answer(plane, callee, arrival, request).await,
        Err(refusal) => status::response(refusal),
    }
}

async fn answer<B>(
    plane: &DataPlane,
    callee: Callee,
    arrival: Instant,
    request: Request<B>,
) -> Response<Body>
where
    B: http_body::Body<Data = Bytes> + Send + Unpin + 'static,
{
    // Of a front that speaks through this one.
    let protocol = request.extensions().get::<Protocol>().copied();
    let protocol = protocol.unwrap_or(Protocol::Grpc);
    let mut observation = Observation::begin(&callee, protocol, arrival, &request);
    let (parts, body) = request.into_parts();
    let connection = Connection::of(&parts.extensions).cloned();
    let mut headers = parts.headers;
    let Ok(timeout) = timeout(&headers) else {
        let reason = "`grpc-timeout` is no timeout; expected digits and one of `HMSmun`";
        let refusal = Refusal::of(&callee, Code::InvalidArgument, reason);
        return status::response(observation.refused(refusal));
    };
    let limit = callee.limits.timeout;
    let deadline = arrival + timeout.map_or(limit, |timeout| timeout.min(limit));
    observation.until(deadline);
    let encoding = match Encoding::of_request(&headers, "grpc-encoding") {
        Ok(encoding) => encoding,
        Err(name) => return unknown_encoding(&callee, observation, &name),
    };
    let admitted = callee.admit(&mut headers, connection.as_ref(), deadline);
    let admitted = match admitted.await {
        Ok(admitted) => admitted,
        Err(refusal) => return status::response(observation.refused(refusal)),
    };
    let wire = Arc::new(Wire::default());
    let writer = Writer::new(
        callee.clone(),
        Arc::clone(&wire),
        Encoding::of_response(&headers, "grpc-accept-encoding", encoding),
    );
    let reader = Reader::new(callee.clone(), Arc::clone(&wire), encoding, body);
    let requests = match callee.method.method().arity {
        Arity::ClientStreaming | Arity::Bidirectional => reader.stream(),
        // The deadline covers slow senders as well.
        Arity::Unary | Arity::ServerStreaming => match timeout_at(deadline, reader.one()).await {
            Ok(Ok(requests)) => requests,
            Ok(Err(refusal)) => return status::response(observation.refused(refusal)),
            Err(_) => return status::response(observation.refused(Refusal::deadline(&callee))),
        },
    };
    let head = Head {
        metadata: headers,
        deadline,
        observation,
        wire: Some(wire),
        admitted,
    };
    match plane.exchange(&callee, head, requests).await {
        Ok(reply) => writer.respond(reply).await,
        Err(refusal) => status::response(refusal),
    }
}

/// Tells a client which encodings it may use instead (gRPC's "Compression",
/// "Compression Method Asymmetry Between Peers").
fn unknown_encoding(callee: &Callee, observation: Observation, name: &str) -> Response<Body> {
    let reason = format_args!("messages compressed by `{name}` are not understood");
    let refusal = Refusal::of(callee, Code::Unimplemented, reason);
    let mut response = status::response(observation.refused(refusal));
    let headers = response.headers_mut();
    headers.insert("grpc-accept-encoding", compression::ACCEPTED);
    response
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

fn find<B>(plane: &DataPlane, table: &Table, request: &Request<B>) -> Result<Callee, Refusal> {
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
    table
        .grpc(&host, service, method, &plane.chooser(request))
        .map_err(|miss| Refusal::grpc_miss(miss, &host, service, method))
}

#[cfg(test)]
mod tests {
    use super::*;

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
