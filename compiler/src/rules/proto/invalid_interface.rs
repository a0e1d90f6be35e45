//! # Interface without WIT
//!
//! A definition is good Protobuf, but cannot be expressed in WIT, the language of
//! component interfaces.
//!
//! ## Why
//!
//! A component exports functions of WIT. What WIT cannot spell, no component can
//! implement. Its names, for example, are of lower-case words, so that two names may
//! become one.
//!
//! ## Wrong
//!
//! ```proto
//! message HttpError {}
//! message HTTPError {}
//! ```
//!
//! ## Right
//!
//! ```proto
//! message HttpError {}
//! message HTTPError {
//!   option (vimana.message_wit_name) = "http-error-2";
//! }
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
