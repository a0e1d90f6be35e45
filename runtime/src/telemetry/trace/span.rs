//! What is recorded of a request. It is written out when it is sent, not when it ends.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, Method, StatusCode, Uri, Version};
use tonic::Code;

use super::context::SpanContext;
use crate::telemetry::Protocol;

/// Bytes of a text that somebody else chose.
const MAX_TEXT: usize = 256;

/// A span that has ended.
#[derive(Debug)]
pub(crate) enum Span {
    /// A request that was answered.
    Server(Box<ServerSpan>),
    /// A request that a guest sent.
    Client(Box<ClientSpan>),
}

/// A request that was answered.
#[derive(Debug)]
pub(crate) struct ServerSpan {
    pub(crate) context: SpanContext,
    /// The span that the request was sent in.
    pub(crate) parent: Option<u64>,
    pub(crate) state: String,
    pub(crate) protocol: Protocol,
    /// `bar.FooService/SayHello`.
    pub(crate) method: Arc<str>,
    pub(crate) began: SystemTime,
    pub(crate) ended: SystemTime,
    pub(crate) code: Code,
    /// Of HTTP, where that says how the request ended.
    pub(crate) status: StatusCode,
    /// The path's template, for requests that came by an HTTP rule.
    pub(crate) route: Option<String>,
    /// The request as HTTP; none for a copy.
    pub(crate) http: Option<HttpHead>,
}

/// The head of a request.
#[derive(Debug)]
pub(crate) struct HttpHead {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) authority: String,
    pub(crate) user_agent: String,
    pub(crate) version: Version,
    pub(crate) peer: Option<SocketAddr>,
    pub(crate) is_secure: bool,
}

/// A request that a guest sent.
#[derive(Debug)]
pub(crate) struct ClientSpan {
    pub(crate) context: SpanContext,
    pub(crate) parent: u64,
    pub(crate) state: String,
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) began: SystemTime,
    pub(crate) ended: SystemTime,
    /// The status of the response, or what went wrong.
    pub(crate) outcome: Result<StatusCode, &'static str>,
}

impl HttpHead {
    pub(crate) fn new(method: &Method, uri: &Uri, version: Version, headers: &HeaderMap) -> Self {
        let header = |name| {
            let value = headers.get(name).and_then(|value| value.to_str().ok());
            value.unwrap_or_default()
        };
        let authority = uri.authority().map(http::uri::Authority::as_str);
        Self {
            method: method.clone(),
            path: cut(uri.path()),
            authority: cut(authority.unwrap_or_else(|| header(http::header::HOST))),
            user_agent: cut(header(http::header::USER_AGENT)),
            version,
            peer: None,
            is_secure: false,
        }
    }

    /// Bytes that it holds.
    fn size(&self) -> usize {
        self.path.len() + self.authority.len() + self.user_agent.len()
    }
}

impl Span {
    /// About how many bytes the span takes.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Server(span) => {
                let http = span.http.as_ref().map_or(0, HttpHead::size);
                size_of::<ServerSpan>() + span.state.len() + http
            }
            Self::Client(span) => {
                size_of::<ClientSpan>() + span.state.len() + span.uri.path().len()
            }
        }
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_TEXT)].to_owned()
}
