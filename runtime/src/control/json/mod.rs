mod lines;

use std::sync::Arc;

use bytes::BytesMut;
use http::StatusCode;
use http::request::Parts;
use http_body::Body as HttpBody;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::Service as _;
use vimana_interface::codec::{JsonOptions, MethodCodec};
use vimana_interface::http::{Content, RouteError, Router, Transcoder, rules};

use crate::transcode::{Failure, grpc_request, json_response, read_grpc_reply, read_json};

/// The control service in the descriptors.
const SERVICE: &str = "vimana.control.v1.Control";

/// The control API as HTTP/JSON, made of the `google.api.http` rules in
/// `control.proto` alone: no method is named here.
#[derive(Debug, Clone)]
pub(super) struct JsonApi {
    router: Router<Arc<Method>>,
    body_limit: usize,
}

/// A method as one of its rules reaches it.
#[derive(Debug)]
struct Method {
    name: String,
    /// Whether it answers with a stream.
    is_stream: bool,
    codec: MethodCodec,
    transcoder: Transcoder,
}

impl JsonApi {
    pub(super) fn new(body_limit: usize) -> Self {
        let service = vimana_proto::descriptor_pool()
            .get_service_by_name(SERVICE)
            .expect("control.proto is one of the files that build.rs compiles");
        let mut router = Router::new();
        for method in service.methods() {
            let rules = rules(&method).expect("a test looks at every rule of control.proto");
            let codec = MethodCodec::of_descriptor(&method);
            for rule in rules {
                let target = Method {
                    name: method.name().to_owned(),
                    is_stream: method.is_server_streaming(),
                    codec: codec.clone(),
                    transcoder: Transcoder::new(&rule, &codec)
                        .expect("`rules` looked for every field that a rule names"),
                };
                router.insert(rule, Arc::new(target));
            }
        }
        Self { router, body_limit }
    }

    /// Calls the method that the request belongs to, in this process.
    pub(super) async fn call<B>(
        &self,
        mut grpc: Routes,
        head: &Parts,
        body: B,
    ) -> Result<http::Response<Body>, Failure>
    where
        B: HttpBody,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let path = head.uri.path();
        let found = self
            .router
            .route(head.method.as_str(), path)
            .map_err(|error| unrouted(error, &head.method, path))?;
        let body = read_json(&head.headers, body, self.body_limit).await?;
        let method = found.target;
        let Method {
            name,
            codec,
            transcoder,
            ..
        } = &**method;
        let content = Content {
            content_type: "",
            data: &body,
        };
        let query = head.uri.query().unwrap_or_default();
        let options = JsonOptions::default();
        let message =
            transcoder.request(&codec.request, options, &found.variables, query, content)?;
        let mut encoded = BytesMut::new();
        codec
            .request
            .to_protobuf(&message, &mut encoded)
            .map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;

        let path = format!("/{SERVICE}/{name}");
        let request = grpc_request(&path, &head.headers, &encoded);
        let Ok(response) = grpc.call(request).await;
        if method.is_stream {
            return lines::respond(Arc::clone(method), response, self.body_limit);
        }
        let json = method.json(&read_grpc_reply(response).await?)?;
        Ok(json_response(StatusCode::OK, json.into()))
    }
}

impl Method {
    /// A response in JSON.
    fn json(&self, reply: &[u8]) -> Result<Vec<u8>, Status> {
        let broken = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, method = self.name, "a message has no other form");
            Status::internal("the answer could not be written as JSON")
        };
        let response = &self.codec.response;
        let message = response
            .from_protobuf(reply)
            .map_err(|error| broken(&error))?;
        let mut json = Vec::new();
        self.transcoder
            .response(response, JsonOptions::default(), &message, &mut json)
            .map_err(|error| broken(&error))?;
        Ok(json)
    }
}

fn unrouted(error: RouteError, method: &http::Method, path: &str) -> Failure {
    match error {
        RouteError::NotFound => Failure::no_such_path(path),
        RouteError::MethodNotAllowed { allow } => {
            Failure::method_not_allowed(method, &allow.join(", "))
        }
        RouteError::NotUtf8 { .. } => Failure::new(Code::InvalidArgument, error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_the_control_api_is_served() {
        let api = JsonApi::new(1);
        for (verb, path, method) in [
            ("GET", "/v1/node", "GetNode"),
            ("GET", "/v1/workspaces/acme/inventory", "GetInventory"),
            ("GET", "/v1/workspaces/acme/status", "GetStatus"),
            (
                "POST",
                "/v1/components:findMissing",
                "FindMissingComponents",
            ),
            ("POST", "/v1/workspaces/acme/applies", "BeginApply"),
            ("POST", "/v1/workspaces/acme/applies/7:step", "ApplyStep"),
            ("POST", "/v1/workspaces/acme/applies/7:renew", "RenewLease"),
            (
                "POST",
                "/v1/workspaces/acme/applies/7:finish",
                "FinishApply",
            ),
            ("GET", "/v1/workspaces/acme/applies", "ListApplies"),
            ("GET", "/v1/workspaces/acme/applies/7", "GetApply"),
            ("GET", "/v1/workspaces/acme/logs", "ReadLogs"),
        ] {
            let found = api.router.route(verb, path).unwrap();
            assert_eq!(found.target.name, method, "{verb} {path}");
        }
    }
}
