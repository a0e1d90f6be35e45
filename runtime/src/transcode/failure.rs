use bytes::Bytes;
use http::header::{
    ACCEPT_ENCODING, ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use http_body_util::Full;
use prost::Message as _;
use prost_types::Any;
use tonic::Code;
use tonic::body::Body;

use vimana_interface::codec::MessageCodec;
use vimana_interface::http::BindError;

use super::{RpcStatus, http_status, status_json};

/// A request that failed, as HTTP/JSON answers it: a status and the body
/// `{"code", "message", "details"}` of `google.rpc.Status`.
#[derive(Debug, Clone)]
pub(crate) struct Failure(Box<Parts>);

#[derive(Debug, Clone)]
struct Parts {
    http: StatusCode,
    code: Code,
    message: String,
    details: Vec<Any>,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    /// A failure with the HTTP status that belongs to `code`.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::with_http(http_status(code), code, message)
    }

    fn with_http(http: StatusCode, code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            http,
            code,
            message: message.into(),
            details: Vec::new(),
            header: None,
        }))
    }

    /// The code, and the status of HTTP.
    pub(crate) fn outcome(&self) -> (Code, StatusCode) {
        (self.0.code, self.0.http)
    }

    /// Adds details, as a guest gives them.
    pub(crate) fn with_details(mut self, details: Vec<Any>) -> Self {
        self.0.details = details;
        self
    }

    /// No rule matches the path: 404.
    pub(crate) fn no_such_path(path: &str) -> Self {
        Self::new(Code::NotFound, format!("nothing is served at `{path}`"))
    }

    /// The path takes other HTTP methods: 405 with `Allow`.
    pub(crate) fn method_not_allowed(method: &http::Method, allow: &str) -> Self {
        let mut failure = Self::with_http(
            StatusCode::METHOD_NOT_ALLOWED,
            Code::Unimplemented,
            format!("{method} is not possible here; expected {allow}"),
        );
        failure.0.header = HeaderValue::from_str(allow)
            .ok()
            .map(|value| (ALLOW, value));
        failure
    }

    /// The body is of another type than JSON: 415.
    pub(crate) fn unsupported_media_type(found: &str) -> Self {
        Self::with_http(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::InvalidArgument,
            format!("a body of type `{found}` cannot be read; expected `application/json`"),
        )
    }

    /// The body is compressed in a way that is not known: 415 with what is
    /// (RFC 9110, section 12.5.3).
    pub(crate) fn unsupported_encoding(found: &str) -> Self {
        let mut failure = Self::with_http(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Code::InvalidArgument,
            format!(
                "a body with `Content-Encoding: {found}` cannot be read; expected gzip or zstd"
            ),
        );
        failure.0.header = Some((ACCEPT_ENCODING, HeaderValue::from_static("gzip, zstd")));
        failure
    }

    /// The body is not compressed as it says: 400.
    pub(crate) fn broken_encoding(coding: &str, error: &std::io::Error) -> Self {
        Self::new(
            Code::InvalidArgument,
            format!("the body is no {coding}: {error}"),
        )
    }

    /// The client accepts nothing that there is: 406.
    pub(crate) fn not_acceptable(offered: &str) -> Self {
        Self::with_http(
            StatusCode::NOT_ACCEPTABLE,
            Code::InvalidArgument,
            format!("`Accept` takes none of what there is: {offered}"),
        )
    }

    /// The body is larger than `limit` bytes: 413.
    pub(crate) fn body_too_large(limit: usize) -> Self {
        Self::with_http(
            StatusCode::PAYLOAD_TOO_LARGE,
            Code::ResourceExhausted,
            format!("the body is larger than {limit} bytes"),
        )
    }

    /// The response.
    pub(crate) fn into_response(self) -> Response<Body> {
        self.into_response_of(None)
    }

    /// The response of a method, whose codec knows the types of details.
    pub(crate) fn into_response_of(self, codec: Option<&MessageCodec>) -> Response<Body> {
        let body = status_json(self.0.code, &self.0.message, &self.0.details, codec);
        let mut response = json_response(self.0.http, body.into());
        if self.0.http == StatusCode::UNAUTHORIZED {
            // RFC 9110, section 15.5.2: a 401 bears a challenge.
            let challenge = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some((name, value)) = self.0.header {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

impl From<tonic::Status> for Failure {
    fn from(status: tonic::Status) -> Self {
        let details = RpcStatus::decode(status.details())
            .map(|decoded| decoded.details)
            .unwrap_or_default();
        Self::new(status.code(), status.message()).with_details(details)
    }
}

impl From<BindError> for Failure {
    fn from(error: BindError) -> Self {
        Self::new(Code::InvalidArgument, error.to_string())
    }
}

/// A response of JSON.
pub(crate) fn json_response(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::new(Full::new(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};

    use super::*;

    async fn body_of(failure: Failure) -> (StatusCode, Value) {
        let response = failure.into_response();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap())
    }

    #[tokio::test]
    async fn a_status_with_details_keeps_them_in_json() {
        let details = RpcStatus {
            code: Code::Aborted as i32,
            message: "held".into(),
            details: vec![Any {
                type_url: "type.googleapis.com/a.B".into(),
                value: vec![1, 2],
            }],
        };
        let status =
            tonic::Status::with_details(Code::Aborted, "held", details.encode_to_vec().into());
        let (http, body) = body_of(status.into()).await;
        assert_eq!(http, StatusCode::CONFLICT);
        assert_eq!(
            body,
            json!({"code": 10, "message": "held", "details": [
                {"@type": "type.googleapis.com/a.B", "value": "AQI="}
            ]})
        );
    }

    #[tokio::test]
    async fn details_that_do_not_decode_are_left_out() {
        let status = tonic::Status::with_details(Code::Internal, "x", vec![0xff, 0xff].into());
        let (http, body) = body_of(status.into()).await;
        assert_eq!(http, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["details"], json!([]));
    }
}
