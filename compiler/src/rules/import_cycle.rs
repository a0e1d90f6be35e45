//! # Import cycle
//!
//! `.proto` files import each other in a circle, so that none can be read first.
//!
//! This is wrong:
//!
//! ```proto
//! // a.proto
//! import "b.proto";
//! // b.proto
//! import "a.proto";
//! ```
//!
//! Move what both need into a third file.

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0043";

pub(crate) fn diagnostic(span: Span, cycle: &[String]) -> Diagnostic {
    let first = cycle.first().map(String::as_str).unwrap_or_default();
    Diagnostic::error(
        CODE,
        format!(
            "these files import each other: {} -> {first}",
            cycle.join(" -> ")
        ),
    )
    .at(span, "this import closes the circle")
    .help("move what both files need into a third one")
}
