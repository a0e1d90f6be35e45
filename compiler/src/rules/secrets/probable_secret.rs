//! # Probable secret in clear
//!
//! A value looks like a secret: credentials in a header or in a URL, or a random value
//! under a name such as `TOKEN`, `SECRET`, `PASSWORD` or `KEY`.
//!
//! ## Why
//!
//! Whoever reads the repository, or its history, has it. Names that end in `URL`, `ID`,
//! `FILE` and the like, references, and values that are not random are not reported.
//!
//! ## Wrong
//!
//! ```textproto
//! headers: "Authorization=Basic dXNlcjpwYXNzd29yZDEyMw=="
//! ```
//!
//! ## Right
//!
//! ```textproto
//! headers: "Authorization=Basic ${GRAFANA_TOKEN}"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::rules::token_in_clear::{self, Place};

pub(crate) const RULE: Declared = Declared::warning("VM0103");

/// The message never has the value.
pub(crate) fn diagnostic(span: Span, what: &str, kind: &str, place: Place) -> Diagnostic {
    RULE.diagnostic(format!("{what} looks like {kind}"))
        .at(span, "in clear")
        .help(token_in_clear::help(place))
}
