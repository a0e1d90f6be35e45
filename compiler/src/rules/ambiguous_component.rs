//! # Ambiguous component
//!
//! vimana cannot tell which component serves. Either several files of the folder
//! end in one version, or there are components for several versions and nothing
//! says how traffic is shared.
//!
//! This is wrong without `version` entries:
//!
//! ```text
//! foo-1.0.0.proto  foo-1.0.0.wasm
//! foo-1.1.0.proto  foo-1.1.0.wasm
//! ```
//!
//! Say it in `service.txtpb`:
//!
//! ```textproto
//! version { version: "1.0.0" weight: 90 }
//! version { version: "1.1.0" weight: 10 }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0056";

pub(crate) fn files(span: Span, version: &semver::Version, found: &[&str]) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("several components are for version `{version}`: {}", super::list(found)),
    )
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
    Diagnostic::error(
        CODE,
        format!(
            "there are components for the versions {}, and nothing says how they share the traffic",
            super::list(found)
        ),
    )
    .at(span, "")
    .help(format!("write into `service.txtpb`:\n{}", entries.join("\n")))
}
