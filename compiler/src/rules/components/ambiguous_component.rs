//! # Ambiguous component
//!
//! Several files of the folder end in one version, or there are components for several
//! versions and nothing says how they share the traffic.
//!
//! ## Why
//!
//! vimana cannot tell which component serves, and does not guess.
//!
//! ## Wrong
//!
//! Without `version` entries in `service.txtpb`:
//!
//! ```text
//! foo-1.0.0.proto  foo-1.0.0.wasm
//! foo-1.1.0.proto  foo-1.1.0.wasm
//! ```
//!
//! ## Right
//!
//! The same with this in `service.txtpb`:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list};

pub(crate) const RULE: Declared = Declared::required("VM0056");

pub(crate) fn files(span: Span, version: &semver::Version, found: &[&str]) -> Diagnostic {
    RULE.diagnostic(format!(
        "several components are for version `{version}`: {}",
        list(found)
    ))
    .at(span, "")
    .help(format!(
        "name one in `service.txtpb`: `version {{ version: \"{version}\" component: \"{}\" }}`",
        found.first().copied().unwrap_or_default()
    ))
}

pub(crate) fn versions(span: Span, found: &[&semver::Version]) -> Diagnostic {
    let entries: Vec<_> = found
        .iter()
        .map(|version| format!("version {{ version: \"{version}\" weight: 1 }}"))
        .collect();
    RULE.diagnostic(format!(
        "there are components for the versions {}, and nothing says how they share the traffic",
        list(found)
    ))
    .at(span, "")
    .help(format!(
        "write into `service.txtpb`:\n{}",
        entries.join("\n")
    ))
}
