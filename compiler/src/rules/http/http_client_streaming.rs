//! # HTTP rule of a method whose client streams
//!
//! A method that takes a stream has an HTTP rule.
//!
//! ## Why
//!
//! An HTTP request holds one message, so such a method is served over gRPC only. A method
//! whose server streams can have a rule.
//!
//! ## Wrong
//!
//! ```proto
//! rpc Upload(stream Chunk) returns (File) {
//!   option (vimana.http) = { post: "/v1/files" body: "*" };
//! }
//! ```
//!
//! ## Right
//!
//! ```proto
//! rpc Upload(stream Chunk) returns (File);
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0137");

pub(crate) fn diagnostic(span: Span, message: String, help: String) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
