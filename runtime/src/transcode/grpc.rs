use bytes::{BufMut as _, Bytes, BytesMut};
use http::header::{CONTENT_TYPE, HeaderValue, TE};
use http::{HeaderMap, Method, Request, Response, Version};
use http_body_util::{BodyExt as _, Full};
use tonic::body::Body;
use tonic::{Code, Status};

/// The head of a gRPC message: a flag for compression and a length.
const FRAME_HEAD: usize = 5;

/// A unary gRPC request for a service in this process. Headers of `original`
/// become metadata, but for those that belong to its own transport.
pub(crate) fn grpc_request(path: &str, original: &HeaderMap, message: &[u8]) -> Request<Body> {
    let mut frame = BytesMut::with_capacity(FRAME_HEAD + message.len());
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).expect("body limits are far below 4 GiB"));
    frame.put_slice(message);

    let mut request = Request::new(Body::new(Full::new(frame.freeze())));
    *request.method_mut() = Method::POST;
    *request.version_mut() = Version::HTTP_2;
    *request.uri_mut() = path
        .parse()
        .expect("`/package.Service/Method` is a path of identifiers");
    for (name, value) in original {
        if !is_transport_header(name.as_str()) {
            request.headers_mut().append(name, value.clone());
        }
    }
    let headers = request.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(TE, HeaderValue::from_static("trailers"));
    request
}

fn is_transport_header(name: &str) -> bool {
    matches!(
        name,
        "accept"
            | "accept-encoding"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "content-type"
            | "host"
            | "keep-alive"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    ) || name.starts_with("grpc-")
}

/// Reads the encoded message that answers a unary call.
pub(crate) async fn read_grpc_reply(response: Response<Body>) -> Result<Bytes, Status> {
    let (parts, body) = response.into_parts();
    if let Some(status) = Status::from_header_map(&parts.headers)
        && status.code() != Code::Ok
    {
        return Err(status);
    }
    let collected = body.collect().await?;
    let trailers = collected.trailers().cloned().unwrap_or_default();
    if let Some(status) = Status::from_header_map(&trailers)
        && status.code() != Code::Ok
    {
        return Err(status);
    }
    let bytes = collected.to_bytes();
    let head = bytes
        .first_chunk::<FRAME_HEAD>()
        .ok_or_else(|| Status::internal("the answer holds no message"))?;
    let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if head[0] != 0 || bytes.len() != FRAME_HEAD + length {
        return Err(Status::internal("the answer is not one plain message"));
    }
    Ok(bytes.slice(FRAME_HEAD..))
}

/// A gRPC answer without a message.
pub(crate) fn grpc_error(status: &Status) -> Response<Body> {
    status.clone().into_http()
}
