//! # Invalid component
//!
//! A file that should be a component is none: it is truncated, no WebAssembly at all,
//! or a core module that does not say what it implements.
//!
//! ## Why
//!
//! A node runs components, whose types can be compared with the service's definition.
//! A core module with WIT metadata, as `wit-bindgen` embeds it, is made a component by
//! vimana itself; one without has no types at all.
//!
//! ## Wrong
//!
//! In Rust, this builds a core module:
//!
//! ```sh
//! cargo build --release --target wasm32-unknown-unknown
//! ```
//!
//! ## Right
//!
//! and this a component:
//!
//! ```sh
//! cargo build --release --target wasm32-wasip2
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0057");

pub(crate) fn diagnostic(span: Span, path: &RepoPath, why: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{path}` is no component: {why}"))
        .at(span, "the component is for this")
        .help("build it again as a component; `vimana wit` prints what it should export")
}
