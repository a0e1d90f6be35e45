//! # Invalid value
//!
//! A value in `vimana.toml` or `vpods.yml` has the wrong type, or is none that its key
//! can take.
//!
//! ## Why
//!
//! vimana does not guess what was meant. A session, for example, takes a whole number
//! of connections.
//!
//! ## Wrong
//!
//! ```yaml
//! sessions:
//!   - name: aggregator
//!     limitConnections: "one"
//! ```
//!
//! ## Right
//!
//! ```yaml
//! sessions:
//!   - name: aggregator
//!     limitConnections: 1
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0034");

pub(crate) fn wrong_type(span: Span, name: &str, expected: &str, found: &str) -> Diagnostic {
    let point = |offset| Span::new(span.file.clone(), offset..offset);
    let quotes = Fix::safe("put it into quotes", point(span.range.start), "\"")
        .and(point(span.range.end), "\"");
    let diagnostic = RULE
        .diagnostic(format!(
            "{name} has the wrong type: expected {expected}, found {found}"
        ))
        .at(span, format!("this is {found}"));
    if expected == "a string" && matches!(found, "a number" | "a boolean") {
        return diagnostic.help("put it into quotes").fix(quotes);
    }
    match expected {
        "a string" if found == "nothing" => diagnostic.help("write `\"\"` for an empty string"),
        "a table" => diagnostic.help("write keys and their values"),
        "a list" | "a list of strings" => diagnostic.help("write items between `[` and `]`"),
        "a string" => diagnostic.help("write text in quotes"),
        _ => diagnostic.help(format!("write {expected}")),
    }
}

pub(crate) fn diagnostic(span: Span, message: impl Into<String>) -> Diagnostic {
    RULE.diagnostic(message).at(span, "")
}
