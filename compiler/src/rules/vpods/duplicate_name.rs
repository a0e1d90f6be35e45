//! # Two sessions or vpods with one name
//!
//! Two sessions of the repository have one name, or two vpods of one session. Letters
//! are compared without case.
//!
//! ## Why
//!
//! A vpod is called by its name in a URL, which has no case; the session's name is the
//! first part of its address.
//!
//! ## Wrong
//!
//! ```yaml
//! sessions:
//!   - name: client
//!   - name: client
//! ```
//!
//! ## Right
//!
//! ```yaml
//! sessions:
//!   - name: client
//!   - name: aggregator
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0080");

pub(crate) fn diagnostic(span: Span, kind: &str, name: &str, first: Span) -> Diagnostic {
    RULE.diagnostic(format!("there are two {kind}s `{name}`"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help(format!("rename one of the {kind}s"))
}
