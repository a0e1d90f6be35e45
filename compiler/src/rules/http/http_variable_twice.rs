//! # Path variable that occurs twice
//!
//! Two variables of one path template bind the same field.
//!
//! ## Why
//!
//! The field can take the value of one of them only.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/{name}/books/{name}" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.http) = { get: "/v1/{shelf}/books/{name}" };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0133");

pub(crate) fn diagnostic(span: Span, message: String, help: String, first: Span) -> Diagnostic {
    RULE.diagnostic(message)
        .at(span, "")
        .also(first, "the first one")
        .help(help)
}
