//! Connect (<https://connectrpc.com/docs/protocol>): calls that a browser's `fetch`, and
//! `curl`, can make. Unary calls are plain HTTP with a message as the body, in JSON or
//! in Protobuf; streams are messages with prefixes, of which the last one says how the
//! call ended.

mod call;
mod content;
mod deployed;
mod error;
mod get;
mod head;
mod own;
mod request;
mod response;

use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderName, HeaderValue,
};
use http::{Method, Request, Response, StatusCode, Version};
use tokio::time::{Instant, timeout_at};
use tonic::Code;
use tonic::body::Body;
use vimana_interface::Arity;

use super::builtin;
use super::exchange::Observation;
use super::failure::Refusal;
use super::grpc::compression::Encoding;
use super::table::Table;
use super::{DataPlane, host_of};
use crate::listener::Connection;
use call::{Caller, Input, Target};
use content::{Codec, Content, Shape};
use get::Query;
use own::OwnMethod;
use request::{Bounds, Envelopes};
use response::Writer;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const CONNECT_CONTENT_ENCODING: HeaderName = HeaderName::from_static("connect-content-encoding");
const CONNECT_ACCEPT_ENCODING: HeaderName = HeaderName::from_static("connect-accept-encoding");

/// Whether a request speaks Connect. It says so by a content type or a header that
/// only Connect has; a `POST` of JSON, and what is no call at all, is Connect's where
/// the path is that of a method, and no HTTP rule claims it.
pub(super) fn speaks_connect<B>(plane: &DataPlane, table: &Table, request: &Request<B>) -> bool {
    let Some((service, _)) = method_path(request.uri().path()) else {
        return false;
    };
    let headers = request.headers();
    let content_type = headers.get(CONTENT_TYPE);
    if headers.contains_key(head::VERSION) || content::is_connect_alone(content_type) {
        return true;
    }
    let host = host_of(request.uri(), headers);
    let is_known = builtin::Kind::named(service).is_some()
        || matches!(table.service(&host, service), Ok(Some(_)));
    if !is_known {
        return false;
    }
    let (verb, path) = (request.method().as_str(), request.uri().path());
    let is_call = request.method() == Method::POST && Content::of(content_type).is_some();
    is_call
        || table
            .http(&host, verb, path, &plane.chooser(request))
            .is_err()
}

/// Service and method of a path `/SERVICE/METHOD`.
fn method_path(path: &str) -> Option<(&str, &str)> {
    let (service, method) = path.strip_prefix('/')?.split_once('/')?;
    let is_name = |name: &str| !name.is_empty() && !name.contains('/');
    (is_name(service) && is_name(method)).then_some((service, method))
}

/// Answers a request that speaks Connect.
pub(super) async fn handle(
    plane: &DataPlane,
    table: &Table,
    request: Request<Body>,
) -> Response<Body> {
    let arrival = Instant::now();
    let target = match find(plane, table, &request) {
        Ok(target) => target,
        // The client maps the status, whatever shape it expects.
        Err(refusal) => {
            let mut response = response::failed(refusal);
            if response.status() == StatusCode::NOT_IMPLEMENTED {
                *response.status_mut() = StatusCode::NOT_FOUND;
            }
            return response;
        }
    };
    match *request.method() {
        Method::POST => post(plane, &target, arrival, request).await,
        Method::GET if target.is_safe() && target.arity() == Arity::Unary => {
            get(plane, &target, arrival, request).await
        }
        _ => {
            let allow = if target.is_safe() && target.arity() == Arity::Unary {
                "GET, POST"
            } else {
                "POST"
            };
            let allow = HeaderValue::from_static(allow);
            response::plain(StatusCode::METHOD_NOT_ALLOWED, ALLOW, allow)
        }
    }
}

fn find(plane: &DataPlane, table: &Table, request: &Request<Body>) -> Result<Target, Refusal> {
    let path = request.uri().path();
    let (service, method) = method_path(path).ok_or_else(|| {
        let reason = format!("`{path}` is no method; expected `/SERVICE/METHOD`");
        Refusal::new(Code::Unimplemented, reason)
    })?;
    let host = host_of(request.uri(), request.headers());
    let own = builtin::Kind::named(service)
        .filter(|_| matches!(table.service(&host, service), Ok(None)))
        .and_then(|kind| {
            Some(OwnMethod {
                kind,
                descriptor: builtin::method(service, method)?,
                host: host.clone(),
            })
        });
    if let Some(own) = own {
        return Ok(Target::Own(own));
    }
    table
        .grpc(&host, service, method, &plane.chooser(request))
        .map(Target::Deployed)
        .map_err(|miss| Refusal::grpc_miss(miss, &host, service, method))
}

/// A request of a content type that the method does not take.
fn unsupported(target: &Target) -> Response<Body> {
    let types = if target.arity() == Arity::Unary {
        "application/json, application/proto, application/grpc, application/grpc-web, \
         application/grpc-web-text"
    } else {
        "application/connect+json, application/connect+proto, application/grpc, \
         application/grpc-web, application/grpc-web-text"
    };
    let types = HeaderValue::from_static(types);
    response::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, ACCEPT_POST, types)
}

async fn post(
    plane: &DataPlane,
    target: &Target,
    arrival: Instant,
    request: Request<Body>,
) -> Response<Body> {
    let shape = if target.arity() == Arity::Unary {
        Shape::Unary
    } else {
        Shape::Stream
    };
    let content = Content::of(request.headers().get(CONTENT_TYPE));
    let Some(content) = content.filter(|content| content.shape == shape) else {
        return unsupported(target);
    };
    if target.arity() == Arity::Bidirectional && request.version() < Version::HTTP_2 {
        // Both sides cannot speak at once; which HTTP/1.1 allows and nobody does.
        let upgrade = HeaderValue::from_static("h2c");
        return response::plain(
            StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            http::header::UPGRADE,
            upgrade,
        );
    }
    let (request_encoding, response_encoding) = match shape {
        Shape::Unary => (CONTENT_ENCODING, ACCEPT_ENCODING),
        Shape::Stream => (CONNECT_CONTENT_ENCODING, CONNECT_ACCEPT_ENCODING),
    };
    let mut observation = target.observe(arrival, &request);
    let (parts, body) = request.into_parts();
    let connection = Connection::of(&parts.extensions).cloned();
    let mut headers = parts.headers;
    let encoding = Encoding::of_request(&headers, request_encoding.as_str());
    let writer = Writer {
        content,
        encoding: Encoding::of_response(
            &headers,
            response_encoding.as_str(),
            encoding.as_ref().ok().copied().flatten(),
        ),
        is_get: false,
    };
    let encoding = match encoding {
        Ok(encoding) => encoding,
        Err(name) => {
            return unknown_encoding(writer, observation, &response_encoding, &name);
        }
    };
    let version = headers.get(head::VERSION).map(HeaderValue::as_bytes);
    let checked = head::check_version(version, "1").and_then(|()| head::timeout(&headers));
    let deadline = match checked {
        Ok(timeout) => target.deadline(arrival, timeout),
        Err(refusal) => return writer.refuse(observation.refused(refusal)),
    };
    observation.until(deadline);
    let admitted = target.admit(&mut headers, connection.as_ref(), deadline);
    let admitted = match admitted.await {
        Ok(admitted) => admitted,
        Err(refusal) => return writer.refuse(observation.refused(refusal)),
    };
    let bounds = Bounds::of(target);
    let read = async {
        if shape == Shape::Unary {
            return request::whole(&bounds, encoding, body)
                .await
                .map(Input::One);
        }
        let envelopes = Envelopes::new(bounds, encoding, body);
        match target.arity() {
            Arity::ServerStreaming | Arity::Unary => envelopes.one().await,
            Arity::ClientStreaming | Arity::Bidirectional => Ok(envelopes.stream()),
        }
    };
    // The deadline covers slow senders as well.
    let input = match timeout_at(deadline, read).await {
        Ok(Ok(input)) => input,
        Ok(Err(refusal)) => return writer.refuse(observation.refused(refusal)),
        Err(_) => return writer.refuse(observation.refused(target.late())),
    };
    let caller = Caller {
        metadata: head::metadata(headers),
        deadline,
        admitted,
        observation,
    };
    make(plane, target, writer, caller, input).await
}

async fn get(
    plane: &DataPlane,
    target: &Target,
    arrival: Instant,
    request: Request<Body>,
) -> Response<Body> {
    let query = Query::read(request.uri().query().unwrap_or_default());
    let Some(codec) = query.encoding.as_deref().and_then(Codec::named) else {
        return unsupported(target);
    };
    let mut observation = target.observe(arrival, &request);
    let parts = request.into_parts().0;
    let connection = Connection::of(&parts.extensions).cloned();
    let mut headers = parts.headers;
    let writer = Writer {
        content: Content {
            shape: Shape::Unary,
            codec,
        },
        encoding: Encoding::of_response(&headers, ACCEPT_ENCODING.as_str(), None),
        is_get: true,
    };
    let encoding = match query.compression.as_deref() {
        None | Some("identity" | "") => None,
        Some(name) => match Encoding::named(name.as_bytes()) {
            Some(encoding) => Some(encoding),
            None => return unknown_encoding(writer, observation, &ACCEPT_ENCODING, name),
        },
    };
    let version = query.version.as_deref().map(str::as_bytes);
    let checked = head::check_version(version, "v1").and_then(|()| {
        let message = query.message().map_err(|reason| {
            let reason = format!("the query cannot be read: {reason}");
            Refusal::new(Code::InvalidArgument, reason)
        })?;
        Ok((head::timeout(&headers)?, message))
    });
    let (timeout, message) = match checked {
        Ok(checked) => checked,
        Err(refusal) => return writer.refuse(observation.refused(refusal)),
    };
    let deadline = target.deadline(arrival, timeout);
    observation.until(deadline);
    let admitted = target.admit(&mut headers, connection.as_ref(), deadline);
    let admitted = match admitted.await {
        Ok(admitted) => admitted,
        Err(refusal) => return writer.refuse(observation.refused(refusal)),
    };
    let message = message.into_owned().into();
    match request::given(&Bounds::of(target), encoding, message).await {
        Ok(message) => {
            let caller = Caller {
                metadata: head::metadata(headers),
                deadline,
                admitted,
                observation,
            };
            make(plane, target, writer, caller, Input::One(message)).await
        }
        Err(refusal) => writer.refuse(observation.refused(refusal)),
    }
}

/// Makes the call.
async fn make(
    plane: &DataPlane,
    target: &Target,
    writer: Writer,
    caller: Caller,
    input: Input,
) -> Response<Body> {
    let codec = writer.content.codec;
    match target.call(plane, codec, caller, input).await {
        Ok(output) => writer.respond(output).await,
        Err(refusal) => writer.refuse(refusal),
    }
}

/// Tells a client which encodings it may use instead.
fn unknown_encoding(
    writer: Writer,
    observation: Observation,
    name: &HeaderName,
    found: &str,
) -> Response<Body> {
    let reason = format!("messages compressed by `{found}` are not understood: use gzip or zstd");
    let refusal = Refusal::new(Code::Unimplemented, reason);
    let mut response = writer.refuse(observation.refused(refusal));
    let accepted = HeaderValue::from_static("gzip, zstd");
    response.headers_mut().insert(name.clone(), accepted);
    response
}
