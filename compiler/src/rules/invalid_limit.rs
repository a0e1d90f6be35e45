//! # Invalid limit
//!
//! A limit in `service.txtpb` is no quantity: a number with a unit. A number
//! alone would be read as bytes by some and as megabytes by others, so the unit
//! has to be there.
//!
//! Sizes take `B`, `KiB`, `MiB`, `GiB` (powers of 1024) and `kB`, `MB`, `GB`
//! (powers of 1000); times take `ns`, `us`, `ms`, `s`, `m` and `h`.
//!
//! This is wrong:
//!
//! ```textproto
//! limits { memory: "64" timeout: "2 sec" }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! limits { memory: "64MiB" timeout: "2s" }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0020";

pub(crate) fn diagnostic(
    span: Span,
    field: &str,
    found: &str,
    why: &str,
    help: &str,
) -> Diagnostic {
    Diagnostic::error(CODE, format!("`{found}` is no value for `{field}`: {why}"))
        .at(span, "")
        .help(help)
}
