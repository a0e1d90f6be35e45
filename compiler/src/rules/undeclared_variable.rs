//! # Undeclared variable
//!
//! `${NAME}` stands for a variable that `vimana.toml` does not declare, so no
//! node can resolve it.
//!
//! For this
//!
//! ```proto
//! headers: "Authorization=Basic ${GRAFANA_TOKEN}"
//! ```
//!
//! declare
//!
//! ```toml
//! [variable.GRAFANA_TOKEN]
//! env = "GRAFANA_TOKEN"
//! secret = true
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::nearest;

pub(crate) const CODE: &str = "VM0060";

pub(crate) fn diagnostic(span: Span, name: &str, declared: &[&str]) -> Diagnostic {
    let diagnostic =
        Diagnostic::warning(CODE, format!("the variable `{name}` is not declared")).at(span, "");
    match nearest(name, declared.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean `${{{near}}}`?")),
        None => diagnostic.help(format!(
            "add to `vimana.toml`:\n[variable.{name}]\nenv = \"{name}\"\nsecret = true"
        )),
    }
}
