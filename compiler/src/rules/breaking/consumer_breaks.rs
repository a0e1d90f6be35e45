//! # Live consumer breaks
//!
//! A component that is live imports the `rpc` interface of a service, and the
//! repository no longer has that interface, or has it otherwise.
//!
//! ## Why
//!
//! The consumer cannot be instantiated any more. The report names each.
//!
//! This is told by `vimana check --against-live`, of the components of the
//! workspace. A consumer that the repository replaces is none.
//!
//! ## Wrong
//!
//! While `shop.OrderService@1.0.0` is live and imports
//! `library:library-service/rpc@1.0.0`:
//!
//! ```textproto
//! version { version: "2.0.0" }
//! ```
//!
//! ## Right
//!
//! Until the consumer is built anew:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 0 }
//! version { version: "2.0.0" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0203");

pub(crate) fn diagnostic(
    span: Option<Span>,
    consumer: &str,
    interface: &str,
    reason: &str,
    origin: &str,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "the live consumer `{consumer}` imports `{interface}`, {reason}"
        ))
        .note(format!("the consumer comes from {origin}"))
        .help("keep that version beside the new one until the consumer is built anew");
    match span {
        Some(span) => diagnostic.at(span, "the service that it calls"),
        None => diagnostic,
    }
}
