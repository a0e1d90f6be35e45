//! # Call of a vpod that is not reachable
//!
//! A vpod calls another one, by a URL in its program or in its environment, which it
//! does not list among `reachableVPods`.
//!
//! ## Why
//!
//! The gateway passes on only what `reachableVPods` allows: the call fails, in a
//! visitor's browser.
//!
//! ## Wrong
//!
//! ```yaml
//! - name: client
//!   environment: { AGGREGATOR_URL: http://aggregator/aggregate }
//! ```
//!
//! ## Right
//!
//! ```yaml
//! - name: client
//!   environment: { AGGREGATOR_URL: http://aggregator/aggregate }
//!   reachableVPods: [aggregator]
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0087");

/// `span` is where the URL is, `pod` the vpod that calls `callee`.
pub(crate) fn diagnostic(span: Span, caller: &str, callee: &str, pod: Span) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{caller}` calls `{callee}`, which it may not reach"
    ))
    .at(span, "called here")
    .also(pod, format!("`reachableVPods` does not list `{callee}`"))
    .help(format!("add `{callee}` to `reachableVPods` of `{caller}`"))
}
