//! `/metrics`, for Prometheus.

use std::sync::Arc;

use http::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderValue};
use http::request::Parts;
use http::{Method, Response, StatusCode};
use tonic::body::Body;

use crate::serving::Serving;
use crate::telemetry::MetricsFormat;
use crate::transcode::Failure;

pub(super) const PATH: &str = "/metrics";

/// The counters of the node, in the format that the client reads.
pub(super) async fn answer(serving: Arc<dyn Serving>, request: &Parts) -> Response<Body> {
    if !matches!(request.method, Method::GET | Method::HEAD) {
        let allow = HeaderValue::from_static("GET, HEAD");
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, allow);
        return response;
    }
    let accept = request.headers.get(ACCEPT);
    let accept = accept.and_then(|value| value.to_str().ok());
    let format = MetricsFormat::of(accept.unwrap_or_default());
    // It reads files, and a node may have tens of thousands of series.
    let rendered = tokio::task::spawn_blocking(move || serving.metrics().render(format)).await;
    let Ok(text) = rendered else {
        let reason = "the metrics could not be written";
        return Failure::new(tonic::Code::Internal, reason).into_response();
    };
    let mut response = Response::new(Body::new(http_body_util::Full::from(text)));
    let content_type = HeaderValue::from_static(format.content_type());
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}
