//! # One file, two names
//!
//! A `.proto` file is imported under two names: once from the root of the
//! repository and once from the folder of the service. Protobuf takes these for
//! two files that define everything twice.
//!
//! This is wrong where both are the same file:
//!
//! ```proto
//! import "library/book.proto";
//! import "book.proto";
//! ```
//!
//! Use one of the names everywhere, best the one from the root.

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0044";

pub(crate) fn diagnostic(span: Span, name: &str, other: &str) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("`{name}` is the same file as `{other}`, which is used by that name already"),
    )
    .at(span, "imported here")
    .help(format!("write `import \"{other}\";`"))
}
