//! # Domain without services
//!
//! `vimana.toml` has a section `[domain."NAME"]`, but no service is in that domain.
//!
//! ## Why
//!
//! The settings have no effect: the name is probably misspelt, or its services are
//! gone.
//!
//! ## Wrong
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//!
//! [domain."exmaple.com"]
//! openapi = true
//! ```
//!
//! ## Right
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//!
//! [domain."example.com"]
//! openapi = true
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, nearest};

pub(crate) const RULE: Declared = Declared::warning("VM0180");

pub(crate) fn diagnostic<'d>(
    span: Span,
    name: &str,
    known: impl Iterator<Item = &'d str>,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("no service is in the domain `{name}`"))
        .at(span, "");
    match nearest(name, known) {
        Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
        None => diagnostic.help("remove the section, or give a service this domain"),
    }
}
