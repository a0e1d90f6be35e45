//! # Editions are not supported
//!
//! A `.proto` file begins with `edition`. vimana reads `proto3` and `proto2`.
//!
//! ## Why
//!
//! An edition changes what fields mean by features, which vimana does not read yet.
//! To pass over them would give the messages another meaning.
//!
//! ## Wrong
//!
//! ```proto
//! edition = "2023";
//! ```
//!
//! ## Right
//!
//! ```proto
//! syntax = "proto3";
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0041");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("editions of Protobuf are not supported yet")
        .at(span, "expected `syntax`")
        .help("write `syntax = \"proto3\";`; what an edition's features say has to go too")
}
