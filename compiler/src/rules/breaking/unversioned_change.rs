//! # Interface changed without a new version
//!
//! The definition of a service differs from that of the base and bears the
//! version of the base.
//!
//! ## Why
//!
//! A version is what others build and agree on: once it is published, what it
//! says must not change (<https://semver.org>, section 3).
//!
//! A breaking change needs a new major version, an addition a new minor one.
//! Before 1.0.0 the minor version counts as the major one, and the patch
//! version as the minor one. Comments may change in any version.
//!
//! ## Wrong
//!
//! When the base defines 1.2.0 without the method `Search`:
//!
//! ```proto
//! option (vimana.service) = { id: "..." version: "1.2.0" };
//! rpc Search(SearchRequest) returns (SearchResponse);
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.service) = { id: "..." version: "1.3.0" };
//! rpc Search(SearchRequest) returns (SearchResponse);
//! ```

use semver::Version;

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0200");

pub(crate) fn diagnostic(
    span: Option<Span>,
    service: &str,
    base: &str,
    versions: [&Version; 2],
    part: &str,
) -> Diagnostic {
    let [version, needed] = versions;
    let diagnostic = RULE.diagnostic(format!(
            "`{service}` is changed since `{base}` and still has the version `{version}`; expected `{needed}`"
        ),
    )
    .help(format!(
        "the changes need a new {part} version: write `version: \"{needed}\"`"
    ));
    match span {
        Some(span) => diagnostic
            .at(span.clone(), format!("expected `{needed}`"))
            .fix(Fix::likely(
                format!("change the version to `{needed}`"),
                span,
                format!("\"{needed}\""),
            )),
        None => diagnostic,
    }
}
