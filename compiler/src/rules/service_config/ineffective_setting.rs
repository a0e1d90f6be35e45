//! # Setting without effect
//!
//! A setting in `service.txtpb` never takes effect, because another one says the same
//! earlier.
//!
//! - A `cpu_time` above `timeout`: a request computes no longer than it lasts.
//! - `streams` above `concurrent_requests`, among which streaming calls count.
//! - `message_size` beside both `request_size` and `response_size`.
//! - `reuse {}` without `instances: REUSE`.
//!
//! ## Why
//!
//! Who wrote it expects something that does not happen.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { timeout: "2s" cpu_time: "5s" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { timeout: "5s" cpu_time: "2s" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0150");

/// `timeout` is where it is written, if it is.
pub(crate) fn cpu_time(span: Span, found: &str, timeout: Option<Span>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "a `cpu_time` of `{found}` is never reached, since `timeout` is shorter"
        ))
        .at(span, "");
    match timeout {
        Some(timeout) => diagnostic
            .also(timeout, "ends the request earlier")
            .help("raise `timeout`, or lower `cpu_time`"),
        None => diagnostic
            .note("without `timeout`, a request lasts 10 s")
            .help("set `timeout` to more, or lower `cpu_time`"),
    }
}

pub(crate) fn streams(span: Span, found: u32, all: u32, all_span: Option<Span>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "{found} streaming calls never run at once, since `concurrent_requests` is {all}"
        ))
        .at(span, "");
    match all_span {
        Some(all) => diagnostic
            .also(all, "streaming calls count among these")
            .help("raise `concurrent_requests`, or lower `streams`"),
        None => diagnostic
            .note(format!("without `concurrent_requests`, {all} run at once"))
            .help("set `concurrent_requests` to more, or lower `streams`"),
    }
}

pub(crate) fn message_size(span: Span, request: Span, response: Span) -> Diagnostic {
    RULE.diagnostic("`message_size` says nothing that is not said already")
        .at(span, "")
        .also(request, "the size of requests")
        .also(response, "the size of responses")
        .help("take it away, or one of the other two")
}

/// `instances` is where it is written, if it is.
pub(crate) fn reuse(span: Span, instances: Option<Span>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic("`reuse` has no effect, since each request has an instance of its own")
        .at(span, "");
    match instances {
        Some(instances) => diagnostic
            .also(instances, "an instance for each request")
            .help("write `instances: REUSE`, or take `reuse` away"),
        None => diagnostic
            .note("without `instances`, it is `PER_REQUEST`")
            .help("write `instances: REUSE`, or take `reuse` away"),
    }
}
