//! # Too much
//!
//! A repository has more than 50,000 files, or a `.proto` file imports more than
//! 1,000, itself and what those import included.
//!
//! ## Why
//!
//! Both limits are far above what people write. They keep a folder that came in by
//! accident, such as what a build leaves behind, from exhausting the machine.
//!
//! ## Wrong
//!
//! ```console
//! $ find build -type f | wc -l
//! 214077
//! ```
//!
//! ## Right
//!
//! Name folders that are no configuration in `.gitignore`:
//!
//! ```text
//! /build/
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0064");

pub(crate) fn files(found: usize, limit: usize) -> Diagnostic {
    RULE.diagnostic(format!(
        "the repository has {found} files; at most {limit} are read"
    ))
    .help("name what is no configuration in `.gitignore`")
}

pub(crate) fn bytes(what: &str, limit: u64) -> Diagnostic {
    RULE.diagnostic(format!(
        "the {what} of the repository have more than {limit} bytes together, which is all that is read"
    ))
    .help("name what is no configuration in `.gitignore`")
}

pub(crate) fn imports(span: Span, limit: usize) -> Diagnostic {
    RULE.diagnostic(format!("more than {limit} files are imported"))
        .at(span, "this import is one too many")
        .help("import the files alone whose types are used, or split the definition")
}
