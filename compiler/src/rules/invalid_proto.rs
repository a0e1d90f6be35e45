//! # Invalid `.proto` file
//!
//! A `.proto` file is no Protobuf, or refers to what is not there.
//!
//! This is wrong, since a field needs a number, and `Helo` is nowhere:
//!
//! ```proto
//! message HelloRequest {
//!   string name;
//!   Helo hello = 2;
//! }
//! ```
//!
//! This is right:
//!
//! ```proto
//! message HelloRequest {
//!   string name = 1;
//!   Hello hello = 2;
//! }
//! message Hello {}
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0040";

pub(crate) fn diagnostic(span: Span, message: &str, label: impl Into<String>) -> Diagnostic {
    Diagnostic::error(CODE, message).at(span, label)
}
