//! # Missing program of a vpod
//!
//! `source` names the file that a vpod runs, relative to its `vpods.yml`, and the file
//! is not there.
//!
//! ## Why
//!
//! The vpod would have nothing to run.
//!
//! ## Wrong
//!
//! The file is `aggregator/aggregator.js`:
//!
//! ```yaml
//! source: aggregator.js
//! ```
//!
//! ## Right
//!
//! ```yaml
//! source: aggregator/aggregator.js
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, nearest, offering};

pub(crate) const RULE: Declared = Declared::required("VM0081");

/// `known` are the paths of the scripts below the folder of `vpods.yml`.
pub(crate) fn diagnostic(span: Span, path: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("there is no file `{path}` for the vpod to run"))
        .at(span.clone(), "looked for from the folder of this file");
    match nearest(path, known.iter().copied()) {
        Some(near) => offering(diagnostic, near, span),
        None => diagnostic.help("bundle the vpod's program and put it there"),
    }
}

pub(crate) fn outside(span: Span, why: &str) -> Diagnostic {
    RULE.diagnostic(why)
        .at(span, "")
        .help("put the program into the repository, and name it from the folder of this file")
}
