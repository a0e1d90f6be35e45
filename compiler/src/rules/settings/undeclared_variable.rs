//! # Undeclared variable
//!
//! `${NAME}` stands for a variable that `vimana.toml` does not declare.
//!
//! ## Why
//!
//! No node can resolve it, and the text would be used as it stands. It is a warning,
//! since some texts hold a dollar sign and braces of their own.
//!
//! ## Wrong
//!
//! ```proto
//! headers: "Authorization=Basic ${GRAFANA_TOKEN}"
//! ```
//!
//! ## Right
//!
//! The same with this in `vimana.toml`:
//!
//! ```toml
//! [variable.GRAFANA_TOKEN]
//! env = "GRAFANA_TOKEN"
//! secret = true
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, nearest};

pub(crate) const RULE: Declared = Declared::warning("VM0060");

pub(crate) fn diagnostic(span: Span, name: &str, declared: &[&str]) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("the variable `{name}` is not declared"))
        .at(span, "");
    match nearest(name, declared.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `${{{near}}}`?")),
        None => diagnostic.help(format!(
            "add to `vimana.toml`:\n[variable.{name}]\nenv = \"{name}\"\nsecret = true"
        )),
    }
}
