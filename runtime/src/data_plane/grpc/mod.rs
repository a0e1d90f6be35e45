//! gRPC: framing, metadata and status by tonic, messages by the interface's codec.

mod codec;
mod message;
mod timeout;
mod unary;

use http::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use tokio::time::Instant;
use tonic::Code;
use tonic::body::Body;

use super::exchange::Callee;
use super::failure::Refusal;
use super::table::Table;
use super::{DataPlane, host_of};
use message::with_portable_message;
use timeout::timeout;
use unary::unary;

/// Answers a request whose content type is that of gRPC.
pub(super) async fn handle(
    plane: &DataPlane,
    table: &Table,
    request: Request<Incoming>,
) -> Response<Body> {
    with_portable_message(answer_call(plane, table, request).await)
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
    callee.check_unary()?;
    Ok(callee)
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
