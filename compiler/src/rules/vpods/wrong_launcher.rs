//! # Module that is launched as a script
//!
//! A vpod with the launcher `JSModule` runs a program that has an `import` or an
//! `export`.
//!
//! ## Why
//!
//! `JSModule` runs a classic script, in which `import` and `export` are syntax errors.
//! Its functions are those of the global `client`. A module is what the launcher
//! `Javascript` runs.
//!
//! ## Wrong
//!
//! ```yaml
//! source: sum.js        # export const sum = async (body) => ...
//! launcher: JSModule
//! ```
//!
//! ## Right
//!
//! ```yaml
//! source: sum.js        # export const sum = async (body) => ...
//! launcher: Javascript
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0100");

pub(crate) fn diagnostic(span: Span, program: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "`{program}` is a module, and `JSModule` runs scripts"
    ))
    .at(span.clone(), "")
    .help("launch it with `Javascript`, or bundle it to a script that sets `globalThis.client`")
    .fix(Fix::likely(
        "launch it with `Javascript`",
        span,
        "Javascript",
    ))
}
