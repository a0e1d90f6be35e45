use bytes::Bytes;
use http::request::Parts;
use http::{Method, StatusCode};
use http_body::Body as HttpBody;
use prost::Message as _;
use prost_reflect::{DynamicMessage, MethodDescriptor};
use serde_json::Value;
use tonic::body::Body;
use tonic::service::Routes;
use tonic::{Code, Status};
use tower::Service as _;
use vimana_interface::http::{RouteError, Router, Rule, bind, rules};

use crate::transcode::{Failure, grpc_request, json_response, read_grpc_reply, read_json};

/// The control service in the descriptors.
const SERVICE: &str = "vimana.control.v1.Control";

/// The control API as HTTP/JSON, made of the `google.api.http` rules in
/// `control.proto` alone: no method is named here.
#[derive(Debug, Clone)]
pub(super) struct JsonApi {
    router: Router<MethodDescriptor>,
    body_limit: usize,
}

impl JsonApi {
    pub(super) fn new(body_limit: usize) -> Self {
        let service = vimana_proto::descriptor_pool()
            .get_service_by_name(SERVICE)
            .expect("control.proto is one of the files that build.rs compiles");
        let mut router = Router::new();
        for method in service.methods() {
            let rules = rules(&method).expect("a test looks at every rule of control.proto");
            for rule in &rules {
                router.insert(rule, method.clone());
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
        let query = head.uri.query().unwrap_or_default();
        let json = bind(&method.input(), found.rule, &found.variables, query, body)?;
        let message = DynamicMessage::deserialize(method.input(), json)
            .map_err(|error| Failure::new(Code::InvalidArgument, error.to_string()))?;

        let path = format!("/{SERVICE}/{}", method.name());
        let request = grpc_request(&path, &head.headers, &message.encode_to_vec());
        let Ok(response) = grpc.call(request).await;
        let reply = read_grpc_reply(response).await?;
        answer(method, found.rule, reply)
    }
}

fn unrouted(error: RouteError, method: &Method, path: &str) -> Failure {
    match error {
        RouteError::NotFound => Failure::no_such_path(path),
        RouteError::MethodNotAllowed { allow } => {
            Failure::method_not_allowed(method, &allow.join(", "))
        }
        RouteError::NotUtf8 { .. } => Failure::new(Code::InvalidArgument, error.to_string()),
    }
}

fn answer(
    method: &MethodDescriptor,
    rule: &Rule,
    reply: Bytes,
) -> Result<http::Response<Body>, Failure> {
    let broken = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, method = method.full_name(), "an answer has no JSON");
        Failure::from(Status::internal("the answer could not be written as JSON"))
    };
    let message = DynamicMessage::decode(method.output(), reply).map_err(|error| broken(&error))?;
    let mut json = serde_json::to_value(&message).map_err(|error| broken(&error))?;
    if let Some(field) = &rule.response_body {
        let name = method
            .output()
            .get_field_by_name(field)
            .map(|field| field.json_name().to_owned());
        json = name
            .and_then(|name| json.get_mut(&name).map(Value::take))
            .unwrap_or_default();
    }
    Ok(json_response(StatusCode::OK, json.to_string().into()))
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
        ] {
            let found = api.router.route(verb, path).unwrap();
            assert_eq!(found.target.name(), method, "{verb} {path}");
        }
    }
}
