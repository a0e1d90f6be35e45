//! # New version too small
//!
//! The definition of a service has another version than in the base, but not
//! one that may bring what is changed (<https://semver.org>).
//!
//! ## Why
//!
//! A breaking change needs a new major version, an addition a new minor one.
//! Before 1.0.0 the minor version counts as the major one, and the patch
//! version as the minor one.
//!
//! Versions go up: a version below that of the base brings nothing new.
//!
//! ## Wrong
//!
//! When a field of 1.2.0 is removed:
//!
//! ```proto
//! option (vimana.service) = { id: "..." version: "1.3.0" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.service) = { id: "..." version: "2.0.0" };
//! ```

use semver::Version;

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0201");

pub(crate) fn diagnostic(
    span: Option<Span>,
    service: &str,
    base: &str,
    versions: [&Version; 3],
    part: &str,
) -> Diagnostic {
    let [from, to, needed] = versions;
    let diagnostic = RULE
        .diagnostic(format!(
            "`{service}` goes from `{from}` at `{base}` to `{to}`; expected at least `{needed}`"
        ))
        .help(format!(
            "the changes need a new {part} version: write `version: \"{needed}\"`"
        ));
    match span {
        Some(span) => diagnostic
            .at(span.clone(), format!("expected at least `{needed}`"))
            .fix(Fix::likely(
                format!("change the version to `{needed}`"),
                span,
                format!("\"{needed}\""),
            )),
        None => diagnostic,
    }
}
