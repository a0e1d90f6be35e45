//! # Invalid limit
//!
//! A limit in `service.txtpb` is no quantity: a number with a unit. Sizes take `B`,
//! `KiB`, `MiB`, `GiB` (powers of 1024) and `kB`, `MB`, `GB` (powers of 1000); times
//! take `ns`, `us`, `ms`, `s`, `m` and `h`.
//!
//! ## Why
//!
//! A number alone would be read as bytes by some and as megabytes by others.
//!
//! ## Wrong
//!
//! ```textproto
//! limits { memory: "64" timeout: "2 sec" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! limits { memory: "64MiB" timeout: "2s" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0020");

pub(crate) fn diagnostic(
    span: Span,
    field: &str,
    found: &str,
    why: &str,
    help: &str,
) -> Diagnostic {
    RULE.diagnostic(format!("`{found}` is no value for `{field}`: {why}"))
        .at(span, "")
        .help(help)
}
