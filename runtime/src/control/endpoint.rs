use std::sync::Arc;

use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use serde_json::json;
use tokio::sync::watch;
use tonic::body::Body;
use tonic::service::Routes;
use tower::Service as _;
use vimana_proto::control::v1::control_server::ControlServer;

use super::ControlService;
use super::guard::Guard;
use super::json::JsonApi;
use super::metrics;
use crate::serving::Serving;
use crate::token::Token;
use crate::transcode::{Failure, grpc_error, is_grpc, json_response};

/// The largest message of the control API: a resource may hold the descriptors
/// of a large interface, and an inventory all of them.
const MAX_MESSAGE_BYTES: usize = 64 * 1024 * 1024;

/// Answers the requests of the control listener.
#[derive(Clone)]
pub(crate) struct Endpoint {
    grpc: Routes,
    json: Arc<JsonApi>,
    guard: Guard,
    ready: watch::Receiver<bool>,
    serving: Arc<dyn Serving>,
}

/// The reflection service could not be made.
#[derive(Debug, thiserror::Error)]
#[error("the control API cannot describe itself")]
pub struct ReflectionError(#[from] tonic_reflection::server::Error);

impl Endpoint {
    /// The endpoint of `service`; `ready` tells when the node serves.
    pub(crate) async fn new(
        service: ControlService,
        token: Option<Token>,
        ready: watch::Receiver<bool>,
        serving: Arc<dyn Serving>,
    ) -> Result<Self, ReflectionError> {
        let control = ControlServer::new(service)
            .max_decoding_message_size(MAX_MESSAGE_BYTES)
            .max_encoding_message_size(MAX_MESSAGE_BYTES);
        let (reporter, health) = tonic_health::server::health_reporter();
        report(&reporter, *ready.borrow()).await;
        let mut changes = ready.clone();
        tokio::spawn(async move {
            while changes.changed().await.is_ok() {
                let is_ready = *changes.borrow_and_update();
                report(&reporter, is_ready).await;
            }
        });
        let grpc = Routes::new(control)
            .add_service(health)
            .add_service(reflection().build_v1()?)
            .add_service(reflection().build_v1alpha()?)
            .prepare();
        Ok(Self {
            grpc,
            json: Arc::new(JsonApi::new(MAX_MESSAGE_BYTES)),
            guard: Guard::new(token),
            ready,
            serving,
        })
    }

    /// Answers one request.
    pub(crate) async fn answer(self, request: Request<Incoming>) -> Response<Body> {
        let (head, body) = request.into_parts();
        if let Some(response) = self.probe(&head.method, head.uri.path()) {
            return response;
        }
        let speaks_grpc = is_grpc(&head.headers);
        if let Err(status) = self.guard.admit(&head) {
            return if speaks_grpc {
                grpc_error(&status)
            } else {
                Failure::from(status).into_response()
            };
        }
        if head.uri.path() == metrics::PATH {
            return metrics::answer(self.serving, &head).await;
        }
        if speaks_grpc {
            let mut grpc = self.grpc;
            let Ok(response) = grpc.call(Request::from_parts(head, body)).await;
            return response;
        }
        match self.json.call(self.grpc.clone(), &head, body).await {
            Ok(response) => response,
            Err(failure) => failure.into_response(),
        }
    }

    /// `/livez` and `/readyz`, which need no token: they say nothing that a
    /// connection does not say.
    fn probe(&self, method: &Method, path: &str) -> Option<Response<Body>> {
        let is_up = match path {
            "/livez" => true,
            "/readyz" => *self.ready.borrow(),
            _ => return None,
        };
        if !matches!(*method, Method::GET | Method::HEAD) {
            return None;
        }
        let (status, text) = if is_up {
            (StatusCode::OK, "ok")
        } else {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready")
        };
        let body = json!({ "status": text }).to_string();
        Some(json_response(status, body.into()))
    }
}

async fn report(reporter: &tonic_health::server::HealthReporter, is_ready: bool) {
    let status = if is_ready {
        tonic_health::ServingStatus::Serving
    } else {
        tonic_health::ServingStatus::NotServing
    };
    for service in ["", "vimana.control.v1.Control"] {
        reporter.set_service_status(service, status).await;
    }
}

fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(vimana_proto::DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}
