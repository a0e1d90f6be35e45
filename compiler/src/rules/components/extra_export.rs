//! # Export that nothing calls
//!
//! A component exports more than its interface has.
//!
//! ## Why
//!
//! It works, but the export is never called: often a method has been renamed or removed
//! in the `.proto`, or a component was put beside the wrong one.
//!
//! ## Wrong
//!
//! A component that exports `say-hello` and `say-bye`, with this definition:
//!
//! ```proto
//! service FooService {
//!   rpc SayHello(Request) returns (Response) {}
//! }
//! ```
//!
//! ## Right
//!
//! ```proto
//! service FooService {
//!   rpc SayHello(Request) returns (Response) {}
//!   rpc SayBye(Request) returns (Response) {}
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::warning("VM0059");

pub(crate) fn diagnostic(span: Span, component: &RepoPath, message: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{component}`: {message}"))
        .at(span, "the component is for this version")
        .help("remove the export, or add the method to the service")
}
