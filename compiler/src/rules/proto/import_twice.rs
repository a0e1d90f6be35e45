//! # One file, two names
//!
//! A `.proto` file is imported under two names: once from the root of the repository
//! and once from the folder of the service.
//!
//! ## Why
//!
//! Protobuf takes these for two files, which define everything twice.
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

/// `literal` is the place of the name with its quotes.
pub(crate) fn diagnostic(
    span: Span,
    literal: Option<Span>,
    name: &str,
    other: &str,
) -> Diagnostic {
    let diagnostic = RULE.diagnostic(format!(
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
