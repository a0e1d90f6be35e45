//! # Options without their import
//!
//! A `.proto` file uses `vimana.service`, `vimana.http` or another option of vimana,
//! and does not import the file that defines them.
//!
//! ## Why
//!
//! vimana brings that file along and goes on; `protoc`, `buf` and other tools cannot.
//! With the import, and a copy of `vimana/options.proto` where it looks, every tool
//! reads the file.
//!
//! ## Wrong
//!
//! ```proto
//! syntax = "proto3";
//! service Foo { option (vimana.service) = { /* ... */ }; }
//! ```
//!
//! ## Right
//!
//! ```proto
//! syntax = "proto3";
//! import "vimana/options.proto";
//! service Foo { option (vimana.service) = { /* ... */ }; }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0045");

/// `line` is the import that is missing, and `place` where it goes.
pub(crate) fn diagnostic(span: Span, place: Span, line: String) -> Diagnostic {
    RULE.diagnostic("options of vimana are used without an import")
        .at(span, "defined in `vimana/options.proto`")
        .help("add `import \"vimana/options.proto\";`, which other tools need")
        .fix(Fix::safe(
            "add `import \"vimana/options.proto\";`",
            place,
            line,
        ))
}
