//! # Map of an enum without zero
//!
//! The values of a map are of an enum whose first value is not 0.
//!
//! ## Why
//!
//! An entry of a map may come without its value, which then is 0; an enum that begins
//! with another number has nothing for that. Protobuf's own compiler refuses it.
//!
//! ## Wrong
//!
//! ```proto
//! enum Level {
//!   LOW = 1;
//!   HIGH = 2;
//! }
//! message Levels {
//!   map<string, Level> by_name = 1;
//! }
//! ```
//!
//! ## Right
//!
//! ```proto
//! enum Level {
//!   UNKNOWN = 0;
//!   LOW = 1;
//!   HIGH = 2;
//! }
//! message Levels {
//!   map<string, Level> by_name = 1;
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0112");

pub(crate) fn diagnostic(
    span: Span,
    field: &str,
    enumeration: &str,
    first: i32,
    declared: Option<Span>,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "the values of the map `{field}` are of `{enumeration}`, whose first value should be 0, but is {first}"
        ))
        .at(span, "");
    let diagnostic = match declared {
        Some(declared) => diagnostic.also(declared, "the enum is defined here"),
        None => diagnostic,
    };
    diagnostic.help(format!("let `{enumeration}` begin with a value for 0"))
}
