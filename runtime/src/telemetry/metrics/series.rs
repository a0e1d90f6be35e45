//! The counters of one method, as one protocol reaches it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use tonic::Code;

use super::histogram::{Distribution, Histogram};

/// `OK` and the sixteen others.
const CODES: usize = 17;

/// What is counted of the requests of one version, method and protocol.
#[derive(Debug)]
pub(crate) struct Series {
    in_flight: AtomicI64,
    refused: AtomicU64,
    received: AtomicU64,
    sent: AtomicU64,
    /// By code; most methods answer with two or three.
    durations: [OnceLock<Box<Histogram>>; CODES],
}

impl Series {
    pub(super) fn new() -> Self {
        Self {
            in_flight: AtomicI64::new(0),
            refused: AtomicU64::new(0),
            received: AtomicU64::new(0),
            sent: AtomicU64::new(0),
            durations: [const { OnceLock::new() }; CODES],
        }
    }

    /// A request came.
    pub(crate) fn begin(&self) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
    }

    /// It has ended.
    pub(crate) fn end(&self, code: Code, took: Duration) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        // Every code is below `CODES`: `Code` has no other.
        if let Some(histogram) = self.durations.get(code as usize) {
            histogram.get_or_init(Box::default).record(took);
        }
    }

    /// There was no room for a request.
    pub(crate) fn refuse(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    /// Messages came from a client.
    pub(crate) fn receive(&self, messages: usize) {
        self.received.fetch_add(messages as u64, Ordering::Relaxed);
    }

    /// Messages go to a client.
    pub(crate) fn send(&self, messages: usize) {
        self.sent.fetch_add(messages as u64, Ordering::Relaxed);
    }

    pub(in crate::telemetry) fn in_flight(&self) -> i64 {
        self.in_flight.load(Ordering::Relaxed)
    }

    pub(in crate::telemetry) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    pub(in crate::telemetry) fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    pub(in crate::telemetry) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// The codes that requests have ended with, and how long they took.
    pub(in crate::telemetry) fn durations(&self) -> impl Iterator<Item = (Code, Distribution)> {
        let codes = self.durations.iter().enumerate();
        codes.filter_map(|(code, histogram)| {
            let code = Code::from_i32(i32::try_from(code).ok()?);
            Some((code, histogram.get()?.read()))
        })
    }
}

/// Whether a request that ended so failed through no fault of its caller: what
/// HTTP/JSON answers with 500 and above.
pub(crate) const fn is_failure(code: Code) -> bool {
    matches!(
        code,
        Code::Unknown
            | Code::DeadlineExceeded
            | Code::Unimplemented
            | Code::Internal
            | Code::Unavailable
            | Code::DataLoss
    )
}

/// The name of a code, as gRPC's documentation has it.
pub(crate) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transcode::http_status;

    #[test]
    fn what_http_calls_a_servers_error_is_a_failure() {
        for code in (0..17).map(Code::from_i32) {
            assert_eq!(
                is_failure(code),
                http_status(code).is_server_error(),
                "{code:?}"
            );
        }
    }

    #[test]
    fn each_code_has_a_histogram_of_its_own() {
        let series = Series::new();
        for code in (0..17).map(Code::from_i32) {
            series.begin();
            series.end(code, Duration::from_millis(1));
        }
        let codes: Vec<_> = series.durations().collect();
        assert_eq!(codes.len(), CODES);
        assert!(codes.iter().all(|(_, read)| read.count == 1));
        assert_eq!(series.in_flight(), 0);
    }
}
