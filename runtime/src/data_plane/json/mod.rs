//! HTTP/JSON: the HTTP rules of an interface decide which method a request calls
//! and what of it becomes the request message.

mod answer;
mod format;
mod stream;

use http::header::{ALLOW, CONTENT_LENGTH, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tonic::Code;
use tonic::body::Body;
use vimana_interface::http::RouteError;

use super::description::{self, Part};
use super::exchange::Observation;
use super::failure::{Refusal, ambiguous};
use super::service::Bound;
use super::table::{DescribedDomain, Miss, Table};
use super::{DataPlane, host_of};
use crate::telemetry::Protocol;
use crate::transcode::Failure;

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
    if let Some(response) = describe(table, &host, &request).await {
        return response;
    }
    let bound = match find(plane, table, &host, &request) {
        Ok(bound) => bound,
        Err(miss) => return missed(miss, &host, request.method(), request.uri().path()),
    };
    let mut observation = Observation::begin(&bound.callee, Protocol::Json, arrival, &request);
    observation.bound_by(&bound.binding);
    let deadline = arrival + bound.callee.limits.timeout;
    observation.until(deadline);
    // The body is read in there, too, so the deadline covers slow senders.
    let answer = timeout_at(
        deadline,
        answer::answer(plane, &bound, observation, deadline, request),
    )
    .await;
    match answer {
        Ok(Ok(response)) => response,
        Ok(Err(Rejected::Request(failure))) => failure.into_response(),
        Ok(Err(Rejected::Call(refusal))) => refusal.into_json(&bound.callee),
        Err(_) => Refusal::deadline(&bound.callee).into_json(&bound.callee),
    }
}

/// The answer to a request for the description of a domain that has one.
async fn describe(
    table: &Table,
    host: &str,
    request: &Request<Incoming>,
) -> Option<Response<Body>> {
    let path = request.uri().path();
    let part = Part::at(path)?;
    let DescribedDomain {
        name,
        description,
        services,
    } = match table.described(host) {
        Ok(found) => found?,
        Err(miss) => return Some(missed(miss, host, request.method(), path)),
    };
    let (method, headers) = (request.method(), request.headers());
    Some(description::answer(part, method, headers, name, description, services).await)
}

/// The method that the request's rule belongs to.
fn find(
    plane: &DataPlane,
    table: &Table,
    host: &str,
    request: &Request<Incoming>,
) -> Result<Bound, Miss> {
    let (verb, path) = (request.method().as_str(), request.uri().path());
    let chooser = plane.chooser(request);
    let found = table.http(host, verb, path, &chooser);
    if found.is_err() && request.method() == Method::HEAD {
        // RFC 9110, section 9.3.2: what answers `GET` answers `HEAD`.
        let get = Method::GET;
        return table.http(host, get.as_str(), path, &chooser);
    }
    found
}

/// Why a request has no response message.
enum Rejected {
    /// Its body cannot be read.
    Request(Failure),
    /// The call came to nothing.
    Call(Refusal),
}

impl Rejected {
    /// The same, and the request is said to have ended so.
    fn observed(self, observation: Observation) -> Self {
        match self {
            Self::Request(failure) => {
                let (code, status) = failure.outcome();
                observation.rejected(code, status);
                Self::Request(failure)
            }
            Self::Call(refusal) => Self::Call(observation.refused(refusal)),
        }
    }
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
        Miss::Http(RouteError::MethodNotAllowed { allow }) => not_allowed(allow, method),
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

/// The path is there, but not for this HTTP method. To ask which ones there are is
/// what `OPTIONS` is for (RFC 9110, section 9.3.7).
fn not_allowed(mut allow: Vec<String>, method: &Method) -> Response<Body> {
    if allow.iter().any(|verb| verb == "GET") {
        allow.push("HEAD".to_owned());
    }
    allow.push("OPTIONS".to_owned());
    allow.sort_unstable();
    allow.dedup();
    let allow = allow.join(", ");
    if method != Method::OPTIONS {
        return Failure::method_not_allowed(method, &allow).into_response();
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if let Ok(allow) = HeaderValue::from_str(&allow) {
        response.headers_mut().insert(ALLOW, allow);
    }
    response
}
