//! # Reachable name that no vpod bears
//!
//! `reachableVPods` lists a name that is neither a vpod of the repository nor `kleint-
//! gateway`, the gateway's own API.
//!
//! ## Why
//!
//! Mostly the vpod was renamed or the name misspelt, and the calls to it fail. It may
//! also be a host of the network, which is why this is a warning; a name with a dot, as
//! in `api.example.com`, certainly is, and is not reported.
//!
//! ## Wrong
//!
//! ```yaml
//! - name: client
//!   reachableVPods: [agregator]
//! ```
//!
//! ## Right
//!
//! ```yaml
//! - name: client
//!   reachableVPods: [aggregator]
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, nearest};

pub(crate) const RULE: Declared = Declared::warning("VM0085");

/// The name of the gateway's own API.
pub(crate) const GATEWAY: &str = "kleint-gateway";

pub(crate) fn diagnostic(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("no vpod is named `{name}`"))
        .at(span.clone(), "");
    let candidates = known.iter().copied().chain([GATEWAY]);
    match nearest(name, candidates) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(Fix::likely(format!("write `{near}`"), span, near)),
        None => diagnostic.help("if it is a host of the network, silence this rule here"),
    }
}
