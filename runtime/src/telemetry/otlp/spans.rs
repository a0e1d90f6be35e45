//! Spans of requests (semantic conventions, "RPC spans" and "HTTP spans").

use std::sync::Arc;

use http::{StatusCode, Uri, Version};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode as SpanStatus;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span as Message, Status};

use super::attributes::{nanos, number, scope, text};
use super::resource::Resource;
use crate::telemetry::Protocol;
use crate::telemetry::metrics::{code_name, is_failure};
use crate::telemetry::trace::{ClientSpan, HttpHead, ServerSpan, Span, SpanContext};

/// The request that sends spans, those of one resource together.
pub(crate) fn spans_request(spans: Vec<(Arc<Resource>, Span)>) -> ExportTraceServiceRequest {
    let mut by_resource: Vec<(Arc<Resource>, Vec<Message>)> = Vec::new();
    for (resource, span) in spans {
        let span = match span {
            Span::Server(span) => server(*span),
            Span::Client(span) => client(*span),
        };
        let known = by_resource.iter_mut();
        match known
            .into_iter()
            .find(|(known, _)| Arc::ptr_eq(known, &resource))
        {
            Some((_, spans)) => spans.push(span),
            None => by_resource.push((resource, vec![span])),
        }
    }
    let resource_spans = by_resource
        .into_iter()
        .map(|(resource, spans)| ResourceSpans {
            resource: Some(resource.message()),
            scope_spans: vec![ScopeSpans {
                scope: Some(scope()),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        });
    ExportTraceServiceRequest {
        resource_spans: resource_spans.collect(),
    }
}

fn server(span: ServerSpan) -> Message {
    let mut attributes = Vec::with_capacity(16);
    let (service, method) = span.method.split_once('/').unwrap_or_default();
    attributes.push(text("rpc.service", service));
    attributes.push(text("rpc.method", method));
    attributes.push(text("vimana.protocol", span.protocol.name()));
    let mut name = span.method.to_string();
    let mut error = is_failure(span.code).then(|| code_name(span.code).to_owned());
    match span.protocol {
        Protocol::Grpc | Protocol::GrpcWeb => {
            attributes.push(text("rpc.system", "grpc"));
            attributes.push(number("rpc.grpc.status_code", span.code as i32));
        }
        Protocol::Connect => {
            attributes.push(text("rpc.system", "connect_rpc"));
            if span.code != tonic::Code::Ok {
                let code = code_name(span.code).to_ascii_lowercase();
                attributes.push(text("rpc.connect_rpc.error_code", code));
            }
        }
        Protocol::Json => {
            let verb = span.http.as_ref().map(|http| http.method.as_str());
            if let (Some(verb), Some(route)) = (verb, &span.route) {
                name = format!("{verb} {route}");
                attributes.push(text("http.route", route));
            }
            attributes.push(status(span.status));
            attributes.push(number("rpc.grpc.status_code", span.code as i32));
            error = span
                .status
                .is_server_error()
                .then(|| span.status.as_str().to_owned());
        }
    }
    if let Some(http) = &span.http {
        head(http, &mut attributes);
    }
    if let Some(error) = &error {
        attributes.push(text("error.type", error));
    }
    Message {
        parent_span_id: span
            .parent
            .map(u64::to_be_bytes)
            .map_or_else(Vec::new, Vec::from),
        trace_state: span.state,
        kind: SpanKind::Server.into(),
        start_time_unix_nano: nanos(span.began),
        end_time_unix_nano: nanos(span.ended),
        status: error.map(|_| failed()),
        ..message(span.context, name, attributes)
    }
}

/// What HTTP itself says.
fn head(http: &HttpHead, attributes: &mut Vec<KeyValue>) {
    attributes.push(text("http.request.method", http.method.as_str()));
    attributes.push(text("url.path", &*http.path));
    let scheme = if http.is_secure { "https" } else { "http" };
    attributes.push(text("url.scheme", scheme));
    let version = match http.version {
        Version::HTTP_10 => "1.0",
        Version::HTTP_11 => "1.1",
        _ => "2",
    };
    attributes.push(text("network.protocol.version", version));
    if let Ok(authority) = http.authority.parse::<http::uri::Authority>() {
        attributes.push(text("server.address", authority.host()));
        if let Some(port) = authority.port_u16() {
            attributes.push(number("server.port", port));
        }
    }
    if let Some(peer) = http.peer {
        attributes.push(text("client.address", peer.ip().to_canonical().to_string()));
        attributes.push(number("client.port", peer.port()));
    }
    if !http.user_agent.is_empty() {
        attributes.push(text("user_agent.original", &*http.user_agent));
    }
}

fn client(span: ClientSpan) -> Message {
    let mut attributes = vec![
        text("http.request.method", span.method.as_str()),
        text("url.full", without_query(&span.uri)),
    ];
    if let Some(host) = span.uri.host() {
        attributes.push(text("server.address", host));
    }
    let by_scheme = if span.uri.scheme_str() == Some("https") {
        443
    } else {
        80
    };
    attributes.push(number(
        "server.port",
        span.uri.port_u16().unwrap_or(by_scheme),
    ));
    let error = match span.outcome {
        Ok(code) => {
            attributes.push(status(code));
            (code.as_u16() >= 400).then(|| code.as_str().to_owned())
        }
        Err(error) => Some(error.to_owned()),
    };
    if let Some(error) = &error {
        attributes.push(text("error.type", error));
    }
    Message {
        parent_span_id: span.parent.to_be_bytes().to_vec(),
        trace_state: span.state,
        kind: SpanKind::Client.into(),
        start_time_unix_nano: nanos(span.began),
        end_time_unix_nano: nanos(span.ended),
        status: error.map(|_| failed()),
        ..message(span.context, span.method.to_string(), attributes)
    }
}

/// A query may hold what is secret.
fn without_query(uri: &Uri) -> String {
    let scheme = uri.scheme_str().unwrap_or("http");
    let authority = uri.authority().map_or("", |authority| {
        let authority = authority.as_str();
        authority
            .rsplit_once('@')
            .map_or(authority, |(_, host)| host)
    });
    format!("{scheme}://{authority}{}", uri.path())
}

fn message(context: SpanContext, name: String, attributes: Vec<KeyValue>) -> Message {
    Message {
        trace_id: context.trace.to_be_bytes().to_vec(),
        span_id: context.span.to_be_bytes().to_vec(),
        flags: u32::from(context.is_sampled),
        name,
        attributes,
        ..Message::default()
    }
}

fn status(status: StatusCode) -> KeyValue {
    number("http.response.status_code", status.as_u16())
}

fn failed() -> Status {
    Status {
        code: SpanStatus::Error.into(),
        ..Status::default()
    }
}
