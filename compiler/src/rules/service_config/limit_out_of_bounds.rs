//! # Limit out of bounds
//!
//! A limit in `service.txtpb` is more than a node can grant, or so little that nothing
//! could run.
//!
//! | limit | least | most |
//! |---|---|---|
//! | `memory` | 64 KiB, one page of WebAssembly | 4 GiB, all that a 32-bit guest can address |
//! | `timeout` | 1 ms | 1 h |
//! | `message_size` | 1 KiB | 256 MiB, and no more than `memory` |
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

pub(crate) fn diagnostic(
    span: Span,
    field: &str,
    found: &str,
    least: &str,
    most: &str,
) -> Diagnostic {
    let message =
        format!("`{field}` is out of bounds: expected {least} to {most}, found `{found}`");
    RULE.diagnostic(message).at(span, "")
}

pub(crate) fn message_exceeds_memory(span: Span, found: &str, memory: Option<Span>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "a message of `{found}` does not fit into the service's memory"
        ))
        .at(span, "");
    match memory {
        Some(memory) => diagnostic.also(memory, "the memory"),
        None => diagnostic.note("without `memory`, a service has 128 MiB"),
    }
}
