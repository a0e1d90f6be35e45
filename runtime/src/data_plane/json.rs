//! HTTP/JSON: the HTTP rules of an interface decide which method a request calls
//! and what of it becomes the request message.

use http::header::{CONTENT_LENGTH, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tonic::Code;
use tonic::body::Body;
use vimana_interface::http::{RouteError, Rule, bind};

use super::exchange::{Callee, Head, Protocol, Replies, Reply, Requests};
use super::failure::{Refusal, ambiguous};
use super::service::Bound;
use super::table::{Miss, Table};
use super::{DataPlane, host_of};
use crate::listener::Connection;
use crate::transcode::{Failure, json_response, read_json};

/// Answers a request that is no gRPC.
pub(super) async fn handle(
    plane: &DataPlane,
    table: &Table,
    request: Request<Incoming>,
) -> Response<Body> {
    if request.method() == Method::HEAD {
        return without_body(answer_request(plane, table, request).await);
    }
    answer_request(plane, table, request).await
}

/// The header section alone, with the length that the body would have.
fn without_body(mut response: Response<Body>) -> Response<Body> {
    if let Some(length) = response.body().size_hint().exact() {
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    response.map(|_| Body::empty())
}

async fn answer_request(
    plane: &DataPlane,
    table: &Table,
    request: Request<Incoming>,
) -> Response<Body> {
    let arrival = Instant::now();
    let host = host_of(request.uri(), request.headers());
    let (verb, path) = (request.method().as_str(), request.uri().path());
    let chooser = plane.chooser(&request);
    let mut found = table.http(&host, verb, path, &chooser);
    if request.method() == Method::HEAD && found.is_err() {
        // RFC 9110, section 9.3.2: what answers `GET` answers `HEAD`.
        found = table.http(&host, Method::GET.as_str(), path, &chooser);
    }
    let bound = match found {
        Ok(bound) => bound,
        Err(miss) => return missed(miss, &host, request.method(), path),
    };
    let deadline = arrival + bound.callee.limits.timeout;
    // The body is read in there, too, so the deadline covers slow senders.
    let answer = timeout_at(deadline, answer(plane, &bound, deadline, request)).await;
    match answer {
        Ok(Ok(response)) => response,
        Ok(Err(Rejected::Request(failure))) => failure.into_response(),
        Ok(Err(Rejected::Call(refusal))) => refusal.into_json(),
        Err(_) => Refusal::deadline(&bound.callee).into_json(),
    }
}

/// Why a request has no response message.
enum Rejected {
    /// Its body cannot be read.
    Request(Failure),
    /// The call came to nothing.
    Call(Refusal),
}

impl From<Failure> for Rejected {
    fn from(failure: Failure) -> Self {
        Self::Request(failure)
    }
}

impl From<Refusal> for Rejected {
    fn from(refusal: Refusal) -> Self {
        Self::Call(refusal)
    }
}

fn missed(miss: Miss, host: &str, method: &Method, path: &str) -> Response<Body> {
    match miss {
        Miss::Http(RouteError::MethodNotAllowed { allow }) => {
            Failure::method_not_allowed(method, &allow.join(", ")).into_response()
        }
        Miss::Http(error @ RouteError::NotUtf8 { .. }) => {
            Failure::new(Code::InvalidArgument, error.to_string()).into_response()
        }
        Miss::Http(RouteError::NotFound) | Miss::Service | Miss::Method => {
            Failure::no_such_path(path).into_response()
        }
        Miss::Ambiguous(domains) => {
            let message = ambiguous("`Host`", host, &domains);
            let mut response = Failure::new(Code::InvalidArgument, message).into_response();
            *response.status_mut() = StatusCode::MISDIRECTED_REQUEST;
            response
        }
    }
}

async fn answer(
    plane: &DataPlane,
    bound: &Bound,
    deadline: Instant,
    request: Request<Incoming>,
) -> Result<Response<Body>, Rejected> {
    let Bound {
        callee,
        rule,
        variables,
    } = bound;
    callee.check_unary()?;
    let (parts, body) = request.into_parts();
    let body = read_json(&parts.headers, body, callee.request_limit()).await?;
    let invalid = |error: &dyn std::fmt::Display| Refusal::of(callee, Code::InvalidArgument, error);
    let method = callee.method.method();
    let query = parts.uri.query().unwrap_or_default();
    let message = bind(&method.descriptor.input(), rule, variables, query, body)
        .map_err(|error| invalid(&error))?;
    let codec = callee.method.codec();
    let value = codec
        .request
        .from_json(&message)
        .map_err(|error| invalid(&error))?;
    let head = Head {
        metadata: parts.headers,
        deadline,
        protocol: Protocol::Json,
        wire: None,
        connection: Connection::of(&parts.extensions).cloned(),
    };
    let reply = plane.exchange(callee, head, Requests::One(value)).await?;
    Ok(respond(callee, rule, reply)?)
}

/// JSON has no trailers, so what a guest adds to them goes to the headers.
fn respond(callee: &Callee, rule: &Rule, reply: Reply) -> Result<Response<Body>, Refusal> {
    let Replies::One { message, trailers } = reply.body else {
        return Err(callee.streams_unserved());
    };
    let mut json = Vec::new();
    let codec = &callee.method.codec().response;
    match &rule.response_body {
        Some(field) => codec.field_to_json(&message, field, &mut json),
        None => codec.to_json(&message, &mut json),
    }
    .map_err(|error| callee.response_broken(&error))?;
    if json.len() > callee.response_limit() {
        return Err(Refusal::response_too_large(callee));
    }
    let mut response = json_response(StatusCode::OK, json.into());
    response.headers_mut().extend(reply.headers);
    response.headers_mut().extend(trailers);
    Ok(response)
}
