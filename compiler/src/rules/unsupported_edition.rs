//! # Editions are not supported
//!
//! A `.proto` file begins with `edition`. vimana reads `proto3` and `proto2`.
//!
//! This is not supported yet:
//!
//! ```proto
//! edition = "2023";
//! ```
//!
//! This is:
//!
//! ```proto
//! syntax = "proto3";
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0041";

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, "editions of Protobuf are not supported yet")
        .at(span, "expected `syntax`")
        .help("write `syntax = \"proto3\";`; what an edition's features say has to go too")
}
