//! # Unknown key
//!
//! `vimana.toml` or `vpods.yml` has a key that vimana does not know. It is an
//! error, since a setting that is misspelt would otherwise be without effect.
//!
//! This is wrong:
//!
//! ```toml
//! [cluster.local]
//! endpont = "http://127.0.0.1:7700"
//! ```
//!
//! This is right:
//!
//! ```toml
//! [cluster.local]
//! endpoint = "http://127.0.0.1:7700"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::nearest;

pub(crate) const CODE: &str = "VM0033";

pub(crate) fn diagnostic(span: Span, key: &str, table: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(CODE, format!("unknown key `{key}` in {table}"))
        .at(span, "not known here");
    match nearest(key, known.iter().copied()) {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
        None if known.len() == 1 => diagnostic.help(format!("the key is {}", super::list(known))),
        None => diagnostic.help(format!("the keys are {}", super::list(known))),
    }
}
