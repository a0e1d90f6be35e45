//! # Invalid YAML
//!
//! A `vpods.yml` is no YAML, has more than one document, or needs more than
//! any file that a person writes: it may nest 64 levels deep and hold 100,000
//! values once its aliases are followed.
//!
//! This is wrong, since the list is never closed:
//!
//! ```yaml
//! sessions:
//!   - name: client
//!     containers: [
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

pub(crate) const CODE: &str = "VM0032";

pub(crate) fn diagnostic(span: Span, message: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("invalid YAML: {message}")).at(span, "")
}
