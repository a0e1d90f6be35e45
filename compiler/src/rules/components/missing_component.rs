//! # Missing component
//!
//! A version has no component. It is the file that `component` names in
//! `service.txtpb`, or else the one in the folder of the service whose name ends in the
//! version: `NAME-VERSION.wasm`.
//!
//! ## Why
//!
//! Nothing would implement the version.
//!
//! ## Wrong
//!
//! For version 1.0.0, this is not found:
//!
//! ```text
//! foo.proto
//! foo.wasm
//! ```
//!
//! ## Right
//!
//! ```text
//! foo.proto
//! foo-1.0.0.wasm
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list, nearest, offering};
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0055");

/// `found` are the names of the components in `folder`.
pub(crate) fn diagnostic(
    span: Span,
    version: &semver::Version,
    expected: &str,
    folder: &RepoPath,
    found: &[&str],
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("version `{version}` has no component"))
        .at(span, "")
        .note(format!("expected a file `{expected}` in `{folder}`"))
        .note(if found.is_empty() {
            "found no `.wasm` file there".to_owned()
        } else {
            format!("found {}", list(found))
        });
    match nearest(expected, found.iter().copied()) {
        Some(near) => diagnostic.help(format!(
            "rename `{near}` to `{expected}`, or name it: `version {{ version: \"{version}\" component: \"{near}\" }}`"
        )),
        None => diagnostic.help(format!("build the component and put it there as `{expected}`")),
    }
}

pub(crate) fn no_file(span: Span, path: &str, found: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("there is no component `{path}`"))
        .at(span.clone(), "");
    match nearest(path, found.iter().copied()) {
        Some(near) => offering(diagnostic, near, span),
        None => diagnostic
            .note(format!("the components of the folder are {}", list(found)))
            .help("build the component and put it there, or name one that is there"),
    }
}

pub(crate) fn outside(span: Span, why: &str) -> Diagnostic {
    RULE.diagnostic(why)
        .at(span, "")
        .help("put the component into the repository, and name it from the folder of this file")
}
