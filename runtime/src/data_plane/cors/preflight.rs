//! What a browser asks before it sends a request that a page could not have sent
//! without scripts.

use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, HeaderValue, ORIGIN, VARY,
};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tonic::body::Body;

use super::policy;
use crate::data_plane::DataPlane;
use crate::data_plane::table::Table;

/// What the answer depends on.
const VARIES: &str = "access-control-request-method, access-control-request-headers";

/// The answer to a preflight request; none where `request` is no such thing. One that
/// is not allowed is refused with 403 and says nothing else: browsers look for what
/// is allowed alone.
pub(in crate::data_plane) fn preflight<B>(
    plane: &DataPlane,
    table: &Table,
    request: &Request<B>,
) -> Option<Response<Body>> {
    if request.method() != Method::OPTIONS {
        return None;
    }
    let origin = request.headers().get(ORIGIN)?;
    let verb = request.headers().get(ACCESS_CONTROL_REQUEST_METHOD)?;
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static(VARIES));
    let policy = verb
        .to_str()
        .ok()
        .and_then(|verb| policy(plane, table, request, verb));
    let is_allowed = policy.is_some_and(|policy| {
        let is_allowed = policy.admit(origin, headers);
        if is_allowed {
            headers.insert(ACCESS_CONTROL_ALLOW_METHODS, verb.clone());
            headers.insert(ACCESS_CONTROL_MAX_AGE, policy.max_age.clone());
            let names = allowed_headers(request.headers(), |name| policy.allows_header(name));
            if let Some(names) = names {
                headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, names);
            }
        }
        is_allowed
    });
    *response.status_mut() = if is_allowed {
        StatusCode::NO_CONTENT
    } else {
        StatusCode::FORBIDDEN
    };
    Some(response)
}

/// Those of the headers that the browser asks about that are allowed. It sends the
/// request only if all of them are.
fn allowed_headers(request: &HeaderMap, is_allowed: impl Fn(&str) -> bool) -> Option<HeaderValue> {
    let asked: Vec<String> = request
        .get_all(ACCESS_CONTROL_REQUEST_HEADERS)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .filter(|name| is_allowed(name))
        .collect();
    if asked.is_empty() {
        return None;
    }
    HeaderValue::try_from(asked.join(", ")).ok()
}
