//! # Export that nothing calls
//!
//! A component exports more than its interface has. It works, but the export is
//! never called: often a method has been renamed or removed in the `.proto`, or a
//! component was put beside the wrong one.
//!
//! With this definition
//!
//! ```proto
//! service FooService { rpc SayHello(Request) returns (Response) {} }
//! ```
//!
//! a component that exports `say-hello` and `say-bye` has one export too many.

use crate::diagnostic::{Diagnostic, Span};
use crate::source::RepoPath;

pub(crate) const CODE: &str = "VM0059";

pub(crate) fn diagnostic(span: Span, component: &RepoPath, message: &str) -> Diagnostic {
    Diagnostic::warning(CODE, format!("`{component}`: {message}"))
        .at(span, "the component is for this version")
        .help("remove the export, or add the method to the service")
}
