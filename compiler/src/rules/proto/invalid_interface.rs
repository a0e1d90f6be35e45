//! # Interface without WIT
//!
//! A definition is good Protobuf, but cannot be expressed in WIT, the language of
//! component interfaces, or its HTTP rule does not fit its messages.
//!
//! ## Why
//!
//! A component exports functions of WIT. What WIT cannot spell, no component can
//! implement: no word of a WIT name, for example, begins with a digit.
//!
//! ## Wrong
//!
//! ```proto
//! string line_2 = 1;
//! ```
//!
//! ## Right
//!
//! ```proto
//! string line_2 = 1 [(vimana.wit_name) = "second-line"];
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0046");

pub(crate) fn diagnostic(
    span: Span,
    message: String,
    help: Option<String>,
    fix: Option<Fix>,
) -> Diagnostic {
    let mut diagnostic = RULE.diagnostic(message).at(span, "");
    diagnostic.fixes.extend(fix);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
