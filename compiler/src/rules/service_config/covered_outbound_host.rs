//! # Outbound host that allows nothing more
//!
//! An entry of `limits.outbound_hosts` stands there twice, or another one allows all
//! that it does.
//!
//! ## Why
//!
//! Who takes it away, or the other one, does not get what they expect.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { outbound_hosts: ["*.example.com", "api.example.com"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { outbound_hosts: ["api.example.com"] }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0154");

/// `by` is the entry that covers this one.
pub(crate) fn diagnostic(span: Span, host: &str, by: &str, by_span: Span) -> Diagnostic {
    let message = if host == by {
        format!("`{host}` is listed twice")
    } else {
        format!("`{by}` allows all that `{host}` does")
    };
    RULE.diagnostic(message)
        .at(span, "allows nothing more")
        .also(by_span, "allows the same")
        .help("take one of them from the list")
}
