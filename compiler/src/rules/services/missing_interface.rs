//! # Version without an interface
//!
//! A version in `service.txtpb` has no definition: `interface` names a `.proto` file
//! that is not there, or, without `interface`, no `.proto` file of the folder says that
//! version.
//!
//! ## Why
//!
//! What the version's component has to export would be unknown.
//!
//! ## Wrong
//!
//! No `.proto` of the folder says `version: "1.1.0"`:
//!
//! ```textproto
//! version { version: "1.1.0" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.1.0" interface: "foo.proto" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list, nearest, offering};

pub(crate) const RULE: Declared = Declared::required("VM0054");

/// `known` are the definitions of the folder, `foo.proto (1.0.0)`.
pub(crate) fn no_version(span: Span, version: &semver::Version, known: &[String]) -> Diagnostic {
    RULE.diagnostic(format!(
        "no `.proto` file of this folder has version `{version}`"
    ))
    .at(span, "")
    .help(format!(
        "add a definition at that version, or name one with `interface`: {}",
        list(known)
    ))
}

pub(crate) fn no_file(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "`{name}` is no `.proto` file of this folder that defines the service"
        ))
        .at(span.clone(), "");
    match nearest(name, known.iter().copied()) {
        Some(near) => offering(diagnostic, near, span),
        None => diagnostic.help(format!("the definitions are {}", list(known))),
    }
}
