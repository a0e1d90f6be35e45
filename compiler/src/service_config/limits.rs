use std::collections::BTreeSet;
use std::time::Duration;

use vimana_proto::OutboundHost;
use vimana_proto::config::v1;

use super::limit::{self, Limit};
use super::outbound;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{ineffective_setting, limit_out_of_bounds};

/// What one request may use, and all requests together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of linear memory.
    pub memory_bytes: u64,
    /// Wall time.
    pub timeout: Duration,
    /// CPU time.
    pub cpu_time: Duration,
    /// Bytes of one request message.
    pub request_bytes: u64,
    /// Bytes of one response message.
    pub response_bytes: u64,
    /// How many requests run at once.
    pub concurrent_requests: u32,
    /// How many further requests wait for their turn.
    pub queue_length: u32,
    /// How many streaming calls run at once.
    pub streams: u32,
    /// The hosts that HTTP requests may go to.
    pub outbound_hosts: BTreeSet<OutboundHost>,
}

impl Limits {
    /// Bytes of one message, be it a request or a response.
    #[must_use]
    pub fn message_bytes(&self) -> u64 {
        self.request_bytes.max(self.response_bytes)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: 128 << 20,
            timeout: Duration::from_secs(10),
            cpu_time: Duration::from_secs(10),
            request_bytes: 4 << 20,
            response_bytes: 4 << 20,
            concurrent_requests: 100,
            queue_length: 100,
            streams: 100,
            outbound_hosts: BTreeSet::new(),
        }
    }
}

/// Reads fields, and collects what is wrong with them.
struct Reader<'r, S> {
    limits: &'r v1::Limits,
    /// Where a field is written, if it is.
    span: S,
    diagnostics: &'r mut Vec<Diagnostic>,
}

/// The limits with defaults filled in; `span` tells where a field is written,
/// if it is.
pub(super) fn read(
    limits: &v1::Limits,
    span: impl Fn(&str) -> Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Limits {
    let default = Limits::default();
    let mut reader = Reader {
        limits,
        span,
        diagnostics,
    };
    let memory_bytes = reader
        .quantity(&limit::MEMORY, &limits.memory)
        .unwrap_or(default.memory_bytes);
    let timeout = reader
        .quantity(&limit::TIMEOUT, &limits.timeout)
        .map_or(default.timeout, Duration::from_nanos);
    let (request_bytes, response_bytes) = reader.sizes(memory_bytes);
    let read = Limits {
        memory_bytes,
        timeout,
        cpu_time: reader.cpu_time(timeout),
        request_bytes,
        response_bytes,
        concurrent_requests: reader
            .number(&limit::CONCURRENT_REQUESTS, limits.concurrent_requests)
            .unwrap_or(default.concurrent_requests),
        queue_length: reader
            .number(&limit::QUEUE_LENGTH, limits.queue_length)
            .unwrap_or(default.queue_length),
        streams: reader
            .number(&limit::STREAMS, limits.streams)
            .unwrap_or(default.streams),
        outbound_hosts: outbound::read(&limits.outbound_hosts, &reader.span, reader.diagnostics),
    };
    reader.check_streams(&read);
    read
}

impl<S: Fn(&str) -> Option<Span>> Reader<'_, S> {
    /// The value of a quantity, where it is written and one.
    fn quantity(&mut self, limit: &Limit, text: &str) -> Option<u64> {
        // An empty string that is written is a mistake, not a default.
        let span = (self.span)(limit.field)?;
        limit
            .read(text, span)
            .map_err(|diagnostic| self.diagnostics.push(*diagnostic))
            .ok()
    }

    fn number(&mut self, count: &limit::Count, found: Option<u32>) -> Option<u32> {
        let found = found?;
        let span = (self.span)(count.field)?;
        count
            .check(found, span)
            .map_err(|diagnostic| self.diagnostics.push(*diagnostic))
            .ok()
    }

    /// The sizes of requests and of responses.
    fn sizes(&mut self, memory_bytes: u64) -> (u64, u64) {
        let limits = self.limits;
        let message = self.size(&limit::MESSAGE_SIZE, &limits.message_size, memory_bytes);
        let request = self.size(&limit::REQUEST_SIZE, &limits.request_size, memory_bytes);
        let response = self.size(&limit::RESPONSE_SIZE, &limits.response_size, memory_bytes);
        let [message_span, request_span, response_span] =
            ["message_size", "request_size", "response_size"].map(|field| (self.span)(field));
        if let (Some(span), Some(request), Some(response)) =
            (message_span, request_span, response_span)
        {
            let found = ineffective_setting::message_size(span, request, response);
            self.diagnostics.push(found);
        }
        // A service that asks for less memory than the default message needs means
        // just that.
        let default = || Limits::default().request_bytes.min(memory_bytes);
        let message = message.unwrap_or_else(default);
        (request.unwrap_or(message), response.unwrap_or(message))
    }

    fn size(&mut self, limit: &Limit, text: &str, memory_bytes: u64) -> Option<u64> {
        let size = self.quantity(limit, text)?;
        if size > memory_bytes
            && let Some(place) = (self.span)(limit.field)
        {
            let memory = (self.span)("memory");
            let found =
                limit_out_of_bounds::message_exceeds_memory(place, limit.field, text, memory);
            self.diagnostics.push(found);
        }
        Some(size)
    }

    fn cpu_time(&mut self, timeout: Duration) -> Duration {
        let limits = self.limits;
        let Some(nanos) = self.quantity(&limit::CPU_TIME, &limits.cpu_time) else {
            return timeout;
        };
        let cpu_time = Duration::from_nanos(nanos);
        if cpu_time > timeout
            && let Some(span) = (self.span)("cpu_time")
        {
            let timeout = (self.span)("timeout");
            let found = ineffective_setting::cpu_time(span, &limits.cpu_time, timeout);
            self.diagnostics.push(found);
        }
        cpu_time
    }

    fn check_streams(&mut self, read: &Limits) {
        if read.streams <= read.concurrent_requests || self.limits.streams.is_none() {
            return;
        }
        if let Some(span) = (self.span)("streams") {
            let all = (self.span)("concurrent_requests");
            let found =
                ineffective_setting::streams(span, read.streams, read.concurrent_requests, all);
            self.diagnostics.push(found);
        }
    }
}
