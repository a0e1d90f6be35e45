//! # Several services in one folder
//!
//! A folder holds one service: its definitions, its `service.txtpb` and its
//! components. Several `.proto` files may define that one service at several
//! versions.
//!
//! This is wrong in one folder:
//!
//! ```proto
//! service A { option (vimana.service) = { /* ... */ }; }
//! service B { option (vimana.service) = { /* ... */ }; }
//! ```
//!
//! Give each service a folder of its own.

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0050";

pub(crate) fn diagnostic(span: Span, name: &str, first: Span, first_name: &str) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("`{name}` is in the folder of `{first_name}`; a folder holds one service"),
    )
    .at(span, "this service")
    .also(first, "the other service")
    .help("move one of them into a folder of its own")
}
