//! # Vpod that reaches itself
//!
//! A vpod lists its own name among `reachableVPods`.
//!
//! ## Why
//!
//! A vpod needs no leave to call its own functions, and a call by its name goes over
//! the network to any instance of it, maybe in another visitor's browser. Mostly,
//! another name was meant.
//!
//! ## Wrong
//!
//! ```yaml
//! - name: aggregator
//!   reachableVPods: [aggregator, evaluator]
//! ```
//!
//! ## Right
//!
//! ```yaml
//! - name: aggregator
//!   reachableVPods: [evaluator]
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0086");

pub(crate) fn diagnostic(span: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{name}` lists itself as reachable"))
        .at(span, "")
        .help("take it from the list")
}
