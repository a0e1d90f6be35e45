//! # Limit out of bounds
//!
//! A limit in `service.txtpb` is more than a node can grant, or so little that nothing
//! could run.
//!
//! | limit | least | most |
//! |---|---|---|
//! | `memory` | 64 KiB, one page of WebAssembly | 4 GiB, all that a 32-bit guest can address |
//! | `timeout` | 1 ms | 1 h |
//! | `cpu_time` | 1 ms | 1 h |
//! | `message_size`, `request_size`, `response_size` | 1 KiB | 256 MiB, and no more than `memory` |
//! | `concurrent_requests` | 1 | 10,000 |
//! | `queue_length`, `streams` | 0 | 10,000 |
//! | `reuse.max_requests` | 1 | 1,000,000 |
//! | `clock_skew` of `auth` | 0 s | 10 min |
//! | `http.cors.max_age` | 0 s | 24 h, which no browser exceeds |
//!
//! ## Why
//!
//! A limit that cannot be granted would hold no guest back, and with one that nothing
//! can keep to, every call would fail.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { memory: "64GiB" timeout: "0s" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { memory: "1GiB" timeout: "500ms" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0021");

/// `bounds` are the least and the most; `is_less` says which of them is passed.
pub(crate) fn diagnostic(
    span: Span,
    field: &str,
    found: &str,
    bounds: [&str; 2],
    is_less: bool,
) -> Diagnostic {
    let [least, most] = bounds;
    let message =
        format!("`{field}` is out of bounds: expected {least} to {most}, found `{found}`");
    let help = if is_less {
        format!("write {least} or more")
    } else {
        format!("write {most} or less")
    };
    RULE.diagnostic(message).at(span, "").help(help)
}

pub(crate) fn message_exceeds_memory(
    span: Span,
    field: &str,
    found: &str,
    memory: Option<Span>,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "a message of `{found}` does not fit into the service's memory"
        ))
        .at(span, "");
    match memory {
        Some(memory) => diagnostic
            .also(memory, "the memory")
            .help(format!("raise `memory`, or lower `{field}`")),
        None => diagnostic
            .note("without `memory`, a service has 128 MiB")
            .help(format!("set `memory` to more, or lower `{field}`")),
    }
}
