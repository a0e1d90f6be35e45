//! # Import cycle
//!
//! `.proto` files import each other in a circle.
//!
//! ## Why
//!
//! None of them can be read first. Protobuf forbids it.
//!
//! ## Wrong
//!
//! ```proto
//! // a.proto
//! import "b.proto";
//! // b.proto
//! import "a.proto";
//! ```
//!
//! ## Right
//!
//! What both need is in a third file:
//!
//! ```proto
//! // a.proto
//! import "c.proto";
//! // b.proto
//! import "c.proto";
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0043");

pub(crate) fn diagnostic(span: Span, cycle: &[String]) -> Diagnostic {
    let first = cycle.first().map(String::as_str).unwrap_or_default();
    RULE.diagnostic(format!(
        "these files import each other: {} -> {first}",
        cycle.join(" -> ")
    ))
    .at(span, "this import closes the circle")
    .help("move what both files need into a third one")
}
