//! # Unknown key
//!
//! `vimana.toml` or `vpods.yml` has a key that vimana does not know.
//!
//! ## Why
//!
//! A setting that is misspelt would be without effect, and nobody would notice until
//! it is needed.
//!
//! ## Wrong
//!
//! ```toml
//! [cluster.local]
//! endpont = "http://127.0.0.1:7700"
//! ```
//!
//! ## Right
//!
//! ```toml
//! [cluster.local]
//! endpoint = "http://127.0.0.1:7700"
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, list, nearest};

pub(crate) const RULE: Declared = Declared::required("VM0033");

/// `present` are the keys that the table has.
pub(crate) fn diagnostic(
    span: Span,
    key: &str,
    table: &str,
    known: &[&str],
    present: impl Fn(&str) -> bool,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("unknown key `{key}` in {table}"))
        .at(span.clone(), "not known here");
    match nearest(key, known.iter().copied()) {
        Some(name) if present(name) => diagnostic.help(format!("did you mean `{name}`?")),
        Some(name) => diagnostic
            .help(format!("did you mean `{name}`?"))
            .fix(Fix::likely(format!("rename it to `{name}`"), span, name)),
        None if known.len() == 1 => diagnostic.help(format!("the key is {}", list(known))),
        None => diagnostic.help(format!("the keys are {}", list(known))),
    }
}
