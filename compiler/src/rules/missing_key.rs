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

pub(crate) const CODE: &str = "VM0035";

pub(crate) fn diagnostic(span: Span, key: &str, table: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("{table} has no `{key}`"))
        .at(span, format!("`{key}` is missing here"))
        .help(format!("add `{key}`"))
}
