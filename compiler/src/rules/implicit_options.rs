//! # Options without their import
//!
//! A `.proto` file uses `vimana.service`, `vimana.http` or another option of
//! vimana, and does not import the file that defines them. vimana brings that
//! file along and goes on; `protoc`, `buf` and other tools cannot.
//!
//! Only vimana reads this:
//!
//! ```proto
//! syntax = "proto3";
//! service Foo { option (vimana.service) = { /* ... */ }; }
//! ```
//!
//! Every tool reads this, with a copy of `vimana/options.proto` where it looks:
//!
//! ```proto
//! syntax = "proto3";
//! import "vimana/options.proto";
//! service Foo { option (vimana.service) = { /* ... */ }; }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0045";

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::warning(CODE, "options of vimana are used without an import")
        .at(span, "defined in `vimana/options.proto`")
        .help("add `import \"vimana/options.proto\";`, which other tools need")
}
