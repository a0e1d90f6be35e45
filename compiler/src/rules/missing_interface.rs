//! # Version without an interface
//!
//! A version in `service.txtpb` implements the definition in the `.proto` file
//! that `interface` names, or else the one in the folder whose own version it is.
//!
//! This is wrong where no `.proto` of the folder says `version: "1.1.0"`:
//!
//! ```textproto
//! version { version: "1.1.0" }
//! ```
//!
//! This is right where `foo.proto` defines the service:
//!
//! ```textproto
//! version { version: "1.1.0" interface: "foo.proto" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::nearest;

pub(crate) const CODE: &str = "VM0054";

/// `known` are the definitions of the folder, `foo.proto (1.0.0)`.
pub(crate) fn no_version(span: Span, version: &semver::Version, known: &[String]) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("no `.proto` file of this folder has version `{version}`"),
    )
    .at(span, "")
    .help(format!(
        "add a definition at that version, or name one with `interface`: {}",
        super::list(known)
    ))
}

pub(crate) fn no_file(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        CODE,
        format!("`{name}` is no `.proto` file of this folder that defines the service"),
    )
    .at(span, "");
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help(format!("the definitions are {}", super::list(known))),
    }
}
