//! What a service says about pages of other origins, ready to be sent.

use std::collections::BTreeSet;

use http::HeaderMap;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS,
    HeaderValue, VARY,
};

use crate::snapshot::{Cors, Origins};

/// Headers that clients of gRPC-Web, Connect and JSON send and that browsers ask
/// about. Credentials are not among them: `authorization` is for a service to allow.
const REQUEST_HEADERS: [&str; 14] = [
    "accept",
    "connect-accept-encoding",
    "connect-content-encoding",
    "connect-protocol-version",
    "connect-timeout-ms",
    "content-encoding",
    "content-type",
    "grpc-accept-encoding",
    "grpc-encoding",
    "grpc-timeout",
    "traceparent",
    "tracestate",
    "x-grpc-web",
    "x-user-agent",
];

/// Headers in which these protocols answer.
const RESPONSE_HEADERS: [&str; 9] = [
    "accept-post",
    "allow",
    "connect-accept-encoding",
    "connect-content-encoding",
    "content-encoding",
    "grpc-encoding",
    "grpc-message",
    "grpc-status",
    "grpc-status-details-bin",
];

/// What a service says about pages of other origins.
#[derive(Debug)]
pub(in crate::data_plane) struct Policy {
    origins: Origins,
    headers: BTreeSet<String>,
    exposed: HeaderValue,
    allows_credentials: bool,
    pub(super) max_age: HeaderValue,
}

impl Policy {
    pub(in crate::data_plane) fn new(cors: &Cors) -> Self {
        // Connect sends trailers of unary calls as headers with a prefix.
        let own = cors
            .expose_headers
            .iter()
            .flat_map(|name| [name.clone(), format!("trailer-{name}")]);
        let exposed: Vec<String> = RESPONSE_HEADERS
            .into_iter()
            .map(str::to_owned)
            .chain(own)
            .collect();
        Self {
            origins: cors.allow_origins.clone(),
            headers: cors.allow_headers.clone(),
            exposed: HeaderValue::try_from(exposed.join(", "))
                .expect("names of headers, commas and spaces are visible ASCII"),
            allows_credentials: cors.allow_credentials,
            max_age: HeaderValue::from(cors.max_age.as_secs()),
        }
    }

    /// Whether pages of `origin` may call.
    pub(super) fn allows_origin(&self, origin: &HeaderValue) -> bool {
        match &self.origins {
            Origins::All => true,
            Origins::Listed(origins) => {
                origin.to_str().is_ok_and(|origin| origins.contains(origin))
            }
        }
    }

    /// Whether pages may set the header `name`, in lower case.
    pub(super) fn allows_header(&self, name: &str) -> bool {
        REQUEST_HEADERS.contains(&name) || self.headers.contains(name)
    }

    /// Says in `headers` that `origin` may read the response, if it may.
    pub(super) fn mark(&self, origin: &HeaderValue, headers: &mut HeaderMap) {
        if self.admit(origin, headers) {
            headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed.clone());
        }
    }

    /// Says in `headers` that `origin` is allowed, if it is; answers whether.
    pub(super) fn admit(&self, origin: &HeaderValue, headers: &mut HeaderMap) -> bool {
        let allowed = match &self.origins {
            Origins::All => HeaderValue::from_static("*"),
            Origins::Listed(_) => {
                // A cache must not give one origin's answer to another.
                headers.append(VARY, HeaderValue::from_static("origin"));
                origin.clone()
            }
        };
        if !self.allows_origin(origin) {
            return false;
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if self.allows_credentials {
            headers.insert(
                ACCESS_CONTROL_ALLOW_CREDENTIALS,
                HeaderValue::from_static("true"),
            );
        }
        true
    }
}
