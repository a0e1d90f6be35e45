//! A request that came to nothing, for callers: what happened to which method,
//! and no internals.

use bytes::Bytes;
use http::{HeaderMap, Response};
use prost::Message as _;
use prost_types::Any;
use tonic::body::Body;
use tonic::metadata::MetadataMap;
use tonic::{Code, Status};

use super::exchange::Callee;
use super::table::Miss;
use crate::host::{CallError, GuestStatus};
use crate::transcode::{Failure, RpcStatus};

/// Bytes of a guest's own message and of its details; both travel in headers,
/// which clients bound as well.
const MAX_MESSAGE: usize = 4 << 10;
const MAX_DETAILS: usize = 8 << 10;

/// Why a request has no response message.
#[derive(Debug)]
pub(super) struct Refusal {
    code: Code,
    message: String,
    details: Vec<Any>,
    /// What the guest added to its response. Boxed, to keep results small.
    metadata: Box<HeaderMap>,
}

impl Refusal {
    pub(super) fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            details: Vec::new(),
            metadata: Box::default(),
        }
    }

    /// A failure of `callee`, which the message names.
    pub(super) fn of(callee: &Callee, code: Code, reason: impl std::fmt::Display) -> Self {
        Self::new(code, format!("{}: {reason}", callee.method.path))
    }

    pub(super) fn deadline(callee: &Callee) -> Self {
        Self::of(callee, Code::DeadlineExceeded, "the deadline has passed")
    }

    pub(super) fn request_too_large(callee: &Callee) -> Self {
        let limit = size(callee.limits.message_bytes);
        Self::of(
            callee,
            Code::ResourceExhausted,
            format_args!("the request is larger than {limit}"),
        )
    }

    pub(super) fn response_too_large(callee: &Callee) -> Self {
        let limit = size(callee.limits.message_bytes);
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
            CallError::AtCapacity => Self::of(
                callee,
                Code::Unavailable,
                "the node serves as many requests as it can",
            ),
        }
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
        Self {
            code: status.code,
            message: status.message,
            details: status.details,
            metadata: Box::default(),
        }
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
        *self.metadata = headers;
        self.metadata.extend(trailers);
        self
    }

    /// As gRPC says it.
    pub(super) fn into_status(self) -> Status {
        let details = if self.details.is_empty() {
            Bytes::new()
        } else {
            let status = RpcStatus {
                code: self.code as i32,
                message: self.message.clone(),
                details: self.details,
            };
            status.encode_to_vec().into()
        };
        Status::with_details_and_metadata(
            self.code,
            self.message,
            details,
            MetadataMap::from_headers(*self.metadata),
        )
    }

    /// As HTTP/JSON says it.
    pub(super) fn into_json(self) -> Response<Body> {
        let failure = Failure::new(self.code, self.message).with_details(self.details);
        let mut response = failure.into_response();
        response.headers_mut().extend(*self.metadata);
        response
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
