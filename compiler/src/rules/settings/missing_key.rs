//! # Missing key
//!
//! A table of `vimana.toml` or `vpods.yml` lacks a key that it cannot do without.
//!
//! ## Why
//!
//! There is no default that would be right for all. A session, for example, is
//! addressed by its name.
//!
//! ## Wrong
//!
//! ```yaml
//! sessions:
//!   - containers: []
//! ```
//!
//! ## Right
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: []
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::discovery::SETTINGS;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0035");

pub(crate) fn diagnostic(span: Span, key: &str, table: &str) -> Diagnostic {
    let line = if span.file.as_str() == SETTINGS {
        format!("{key} = \"...\"")
    } else {
        format!("{key}: ...")
    };
    RULE.diagnostic(format!("{table} has no `{key}`"))
        .at(span, format!("`{key}` is missing here"))
        .help(format!("add `{line}`"))
}
