//! A request that came to nothing, for callers: what happened to which method,
//! and no internals.

use std::time::Duration;

use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderName, HeaderValue, Response};
use prost::Message as _;
use prost_types::Any;
use tonic::Code;
use tonic::body::Body;

use super::exchange::Callee;
use super::table::Miss;
use crate::host::{CallError, GuestStatus};
use crate::transcode::{Failure, status_json};

/// Bytes of a guest's own message and of its details; both travel in headers,
/// which clients bound as well.
const MAX_MESSAGE: usize = 4 << 10;
const MAX_DETAILS: usize = 8 << 10;

/// Why a request has no response message. Boxed, to keep results small.
#[derive(Debug)]
pub(super) struct Refusal(Box<RefusalParts>);

/// A refusal, for those who tell a caller of it.
#[derive(Debug)]
pub(super) struct RefusalParts {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) details: Vec<Any>,
    /// The headers that the guest added to its response.
    pub(super) headers: HeaderMap,
    /// The trailers that it added.
    pub(super) trailers: HeaderMap,
    /// When the caller should come again.
    pub(super) retry: Option<Duration>,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self::with_details(code, message.into(), Vec::new())
    }

    fn with_details(code: Code, message: String, details: Vec<Any>) -> Self {
        Self(Box::new(RefusalParts {
            code,
            message,
            details,
            headers: HeaderMap::new(),
            trailers: HeaderMap::new(),
            retry: None,
        }))
    }

    /// A failure of `callee`, which the message names.
    pub(super) fn of(callee: &Callee, code: Code, reason: impl std::fmt::Display) -> Self {
        Self::new(code, format!("{}: {reason}", callee.method.path))
    }

    /// The code that the caller gets.
    pub(super) fn code(&self) -> Code {
        self.0.code
    }

    pub(super) fn deadline(callee: &Callee) -> Self {
        Self::of(callee, Code::DeadlineExceeded, "the deadline has passed")
    }

    pub(super) fn request_too_large(callee: &Callee) -> Self {
        let limit = size(callee.limits.request_bytes);
        Self::of(
            callee,
            Code::ResourceExhausted,
            format_args!("the request is larger than {limit}"),
        )
    }

    pub(super) fn response_too_large(callee: &Callee) -> Self {
        let limit = size(callee.limits.response_bytes);
        Self::of(
            callee,
            Code::ResourceExhausted,
            format_args!("the response is larger than {limit}"),
        )
    }

    /// A call that failed.
    pub(super) fn call(callee: &Callee, error: CallError) -> Self {
        match error {
            CallError::Status(status) => Self::guest(callee, status),
            CallError::OutOfMemory => Self::of(
                callee,
                Code::ResourceExhausted,
                format_args!(
                    "the service ran out of memory (limit {})",
                    size(callee.limits.memory_bytes)
                ),
            ),
            CallError::ResponseTooLarge => Self::response_too_large(callee),
            CallError::DeadlineExceeded => Self::deadline(callee),
            CallError::Trap => Self::of(callee, Code::Internal, "the service failed"),
            CallError::AtCapacity => Self::busy(callee, Duration::from_secs(1)),
            CallError::CpuTimeExceeded => Self::of(
                callee,
                Code::DeadlineExceeded,
                format_args!(
                    "the service computed longer than it may (limit {:?})",
                    callee.limits.cpu_time
                ),
            ),
            CallError::Input => Self::of(callee, Code::Cancelled, "the requests ended early"),
            CallError::Cancelled => Self::of(callee, Code::Cancelled, "the call was cancelled"),
        }
    }

    /// A service that has as many requests as it takes; there should be room after
    /// `retry`.
    pub(super) fn busy(callee: &Callee, retry: Duration) -> Self {
        let reason = "the service has as many requests as it takes at once";
        let mut refusal = Self::of(callee, Code::Unavailable, reason);
        refusal.0.details.push(retry_info(retry));
        refusal.0.retry = Some(retry);
        refusal
    }

    /// A call whose task the node ended.
    pub(super) fn interrupted() -> Self {
        Self::new(Code::Unavailable, "the call was interrupted")
    }

    fn guest(callee: &Callee, mut status: GuestStatus) -> Self {
        status
            .message
            .truncate(status.message.floor_char_boundary(MAX_MESSAGE));
        let details: usize = status.details.iter().map(Any::encoded_len).sum();
        if details > MAX_DETAILS {
            tracing::warn!(
                version = &*callee.slot.label,
                method = &*callee.method.path,
                bytes = details,
                "the details of a status are too large and left out"
            );
            status.details.clear();
        }
        Self::with_details(status.code, status.message, status.details)
    }

    /// A request over gRPC that belongs to no method.
    pub(super) fn grpc_miss(miss: Miss, host: &str, service: &str, method: &str) -> Self {
        match miss {
            Miss::Service | Miss::Http(_) => Self::new(
                Code::Unimplemented,
                format!("no service `{service}` is served here (host `{host}`)"),
            ),
            Miss::Method => Self::new(
                Code::Unimplemented,
                format!("service `{service}` has no method `{method}`"),
            ),
            Miss::Ambiguous(domains) => Self::new(
                Code::InvalidArgument,
                ambiguous("`:authority`", host, &domains),
            ),
        }
    }

    /// Adds what the guest added to its response.
    pub(super) fn with_metadata(mut self, headers: HeaderMap, trailers: HeaderMap) -> Self {
        self.0.headers = headers;
        self.0.trailers = trailers;
        self
    }

    /// Adds a header.
    pub(super) fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.append(name, value);
        self
    }

    /// All that there is to tell.
    pub(super) fn into_parts(self) -> RefusalParts {
        *self.0
    }

    /// As HTTP/JSON says it.
    pub(super) fn into_json(self, callee: &Callee) -> Response<Body> {
        let parts = self.into_parts();
        let failure = Failure::new(parts.code, parts.message).with_details(parts.details);
        let codec = &callee.method.codec().response;
        let mut response = failure.into_response_of(Some(codec));
        response.headers_mut().extend(parts.headers);
        response.headers_mut().extend(parts.trailers);
        if let Some(retry) = parts.retry {
            let seconds = retry.as_secs() + u64::from(retry.subsec_nanos() > 0);
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        response
    }

    /// As JSON says it within a stream, when the status of HTTP is sent already.
    pub(super) fn to_status_json(&self, callee: &Callee) -> Vec<u8> {
        let codec = &callee.method.codec().response;
        status_json(self.0.code, &self.0.message, &self.0.details, Some(codec))
    }
}

/// `google.rpc.RetryInfo`, of `google/rpc/error_details.proto`.
#[derive(Clone, PartialEq, prost::Message)]
struct RetryInfo {
    #[prost(message, optional, tag = "1")]
    retry_delay: Option<prost_types::Duration>,
}

fn retry_info(retry: Duration) -> Any {
    let info = RetryInfo {
        retry_delay: retry.try_into().ok(),
    };
    Any {
        type_url: "type.googleapis.com/google.rpc.RetryInfo".to_owned(),
        value: info.encode_to_vec(),
    }
}

/// Several domains claim a request whose host names none of them.
pub(super) fn ambiguous(header: &str, host: &str, domains: &[String]) -> String {
    format!(
        "{header} `{host}` is no domain that is served here, and several claim the request: set it to one of {}",
        domains.join(", ")
    )
}

/// A size as people write it.
fn size(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    UNITS
        .iter()
        .find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit))
        .map_or_else(
            || format!("{bytes} bytes"),
            |(unit, name)| format!("{} {name}", bytes / unit),
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_told_as_it_was_written() {
        assert_eq!(size(128 << 20), "128 MiB");
        assert_eq!(size(1 << 30), "1 GiB");
        assert_eq!(size(1500), "1500 bytes");
        assert_eq!(size(0), "0 bytes");
    }
}
