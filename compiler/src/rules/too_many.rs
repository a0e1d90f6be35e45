//! # Too much
//!
//! A repository has more files than vimana reads, or a `.proto` file imports more
//! files than vimana links. Both limits are far above what people write; they
//! keep a folder that came in by accident from exhausting the machine.
//!
//! Name folders that are no configuration in `.gitignore`:
//!
//! ```text
//! /build/
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0064";

pub(crate) fn files(found: usize, limit: usize) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("the repository has {found} files; at most {limit} are read"),
    )
    .help("name what is no configuration in `.gitignore`")
}

pub(crate) fn imports(span: Span, limit: usize) -> Diagnostic {
    Diagnostic::error(CODE, format!("more than {limit} files are imported")).at(span, "")
}
