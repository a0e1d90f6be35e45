//! # Version that is no semantic version
//!
//! A `version` is no semantic version (<https://semver.org>): three numbers without
//! leading zeros, and perhaps a pre-release and a build.
//!
//! ## Why
//!
//! Versions are compared: a component is found by its version, and a change that
//! breaks callers needs a higher one. `1.0` and `1.0.0` would be two versions or one,
//! as one reads it.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0018");

pub(crate) fn diagnostic(span: Span, found: &str, error: &semver::Error) -> Diagnostic {
    let message = if found.is_empty() {
        "an empty string is no semantic version".to_owned()
    } else {
        format!("`{found}` is no semantic version")
    };
    let diagnostic = RULE.diagnostic(message).at(span, error.to_string());
    match completed(found) {
        Some(version) => diagnostic.help(format!("write `\"{version}\"`")),
        None => diagnostic.help("write three numbers, as in `\"1.0.0\"`"),
    }
}

/// The fix of a string that is no version, where one can tell what was meant;
/// `span` is that of the string alone.
pub(crate) fn fix(span: Span, found: &str) -> Option<Fix> {
    let quoted = format!("\"{}\"", completed(found)?);
    let title = format!("write `{quoted}`");
    Some(Fix::likely(title, span, quoted))
}

/// The version that was probably meant: `1.0` and `v1.0.0` stand for `1.0.0`.
fn completed(found: &str) -> Option<semver::Version> {
    let numbers = found.trim().trim_start_matches(['v', 'V']);
    ["", ".0", ".0.0"]
        .iter()
        .find_map(|rest| format!("{numbers}{rest}").parse().ok())
}
