//! # Missing key
//!
//! A table of `vimana.toml` or `vpods.yml` lacks a key that it cannot do
//! without.
//!
//! This is wrong:
//!
//! ```yaml
//! sessions:
//!   - containers: []
//! ```
//!
//! This is right:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: []
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::discovery::SETTINGS;

pub(crate) const CODE: &str = "VM0035";

pub(crate) fn diagnostic(span: Span, key: &str, table: &str) -> Diagnostic {
    let line = if span.file.as_str() == SETTINGS {
        format!("{key} = \"...\"")
    } else {
        format!("{key}: ...")
    };
    Diagnostic::error(CODE, format!("{table} has no `{key}`"))
        .at(span, format!("`{key}` is missing here"))
        .help(format!("add `{line}`"))
}
