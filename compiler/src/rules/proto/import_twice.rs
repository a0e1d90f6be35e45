//! # File imported twice
//!
//! A `.proto` file is imported under two names: once from the root of the repository
//! and once from the folder of the service. Or one file has the same import twice.
//!
//! ## Why
//!
//! Protobuf takes two names for two files, which define everything twice. The same
//! name twice means nothing more than once, and `protoc` refuses it.
//!
//! ## Wrong
//!
//! Both are the same file:
//!
//! ```proto
//! import "library/book.proto";
//! import "book.proto";
//! ```
//!
//! ## Right
//!
//! Use one of the names everywhere, best the one from the root:
//!
//! ```proto
//! import "library/book.proto";
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0044");

/// `line` is what is to be removed.
pub(crate) fn same_name(again: Span, first: Span, line: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{name}` is imported twice"))
        .at(again, "imported again here")
        .also(first, "first imported here")
        .help("remove one of the two")
        .fix(Fix::safe("remove the second import", line, ""))
}

/// `literal` is the place of the name with its quotes.
pub(crate) fn diagnostic(span: Span, literal: Option<Span>, name: &str, other: &str) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "`{name}` is the same file as `{other}`, which is used by that name already"
        ))
        .at(span, "imported here")
        .help(format!("write `import \"{other}\";`"));
    match literal {
        Some(literal) => {
            let quoted = format!("\"{other}\"");
            diagnostic.fix(Fix::likely(format!("import `{quoted}`"), literal, quoted))
        }
        None => diagnostic,
    }
}
