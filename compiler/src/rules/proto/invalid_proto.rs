//! # Invalid `.proto` file
//!
//! A `.proto` file is no Protobuf, or refers to what is not there.
//!
//! ## Why
//!
//! Nothing can be compiled from it. In the example a field lacks its number, and
//! `Helo` is nowhere.
//!
//! ## Wrong
//!
//! ```proto
//! message HelloRequest {
//!   string name;
//!   Helo hello = 2;
//! }
//! ```
//!
//! ## Right
//!
//! ```proto
//! message HelloRequest {
//!   string name = 1;
//!   Hello hello = 2;
//! }
//! message Hello {}
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0040");

pub(crate) fn diagnostic(span: Span, message: &str, label: impl Into<String>) -> Diagnostic {
    RULE.diagnostic(message).at(span, label)
}
