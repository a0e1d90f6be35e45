//! # Component and interface differ
//!
//! The component of a version does not export what its interface says: a function is
//! missing, or a parameter, a result or one of their fields has another type.
//!
//! ## Why
//!
//! A call that the interface promises would fail, or its bytes be read as something
//! else. `vimana wit` prints what the component should export; it may leave out
//! `result<_, status>`, and may be `async` or not.
//!
//! ## Wrong
//!
//! For `rpc SayHello(HelloRequest) returns (HelloResponse) {}`, a component that
//! exports this:
//!
//! ```wit
//! say-hello: func(name: string) -> string;
//! ```
//!
//! ## Right
//!
//! ```wit
//! say-hello: func(ctx: context, request: hello-request) -> result<hello-response, status>;
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, list};
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0058");

pub(crate) fn diagnostic(
    span: Span,
    component: &RepoPath,
    message: &str,
    others: &[&str],
    version: Span,
) -> Diagnostic {
    let diagnostic = RULE.diagnostic(format!("`{component}`: {message}"));
    let diagnostic = if span == version {
        diagnostic.at(span, "")
    } else {
        diagnostic
            .at(span, "the component should implement this")
            .also(version, "for this version")
    };
    also_in(diagnostic, others).help("`vimana wit` prints what the component should export")
}

/// Says which other functions speak of the same type.
fn also_in(diagnostic: Diagnostic, others: &[&str]) -> Diagnostic {
    match others {
        [] => diagnostic,
        others => diagnostic.note(format!("it is the same in {}", list(others))),
    }
}

/// A component that takes another service for what it is not.
pub(crate) fn link(
    span: Span,
    component: &RepoPath,
    import: &str,
    message: &str,
    others: &[&str],
    version: Span,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "`{component}` imports `{import}`, which is otherwise: {message}"
        ))
        .at(span, "the service has this")
        .also(version, "the component is for this version");
    also_in(diagnostic, others).help("`vimana wit` of this file prints what a caller should import; build the component against that")
}

pub(crate) fn import(span: Span, component: &RepoPath, message: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{component}`: {message}"))
        .at(span, "the component is for this version")
}
