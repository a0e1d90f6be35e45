//! # Vpod that cannot be reached
//!
//! A vpod lists another one as reachable that no call can get to: it is on another
//! network, or its name is a number.
//!
//! ## Why
//!
//! Vpods call each other within one `network`. And a URL whose host is a number, as in
//! `http://7/sum`, is one of an IP address.
//!
//! ## Wrong
//!
//! ```yaml
//! - { name: client, network: a, reachableVPods: [aggregator] }
//! - { name: aggregator, network: b }
//! ```
//!
//! ## Right
//!
//! ```yaml
//! - { name: client, network: a, reachableVPods: [aggregator] }
//! - { name: aggregator, network: a }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0101");

/// The other is on another network.
pub(crate) fn network(span: Span, callee: &str, its: &str, own: &str, other: Span) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{callee}` is on the network `{its}`, not on `{own}`"
    ))
    .at(span, "")
    .also(other, "this vpod")
    .help(format!(
        "set `network: {own}` in `{callee}`, or take it from the list"
    ))
}

/// The name of the other is a number.
pub(crate) fn number(span: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "`http://{name}/` is the URL of an IP address, not of a vpod"
    ))
    .at(span, "")
    .help("rename the vpod, so that its name does not end in a number between dots")
}
