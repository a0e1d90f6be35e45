//! # Variable of a header that is no secret
//!
//! A header that authenticates an exporter takes its value from a variable without
//! `secret = true`.
//!
//! ## Why
//!
//! The value of a variable that is no secret may be shown, in plans, logs and on
//! dashboards. Headers that authenticate are `Authorization`, `Cookie` and those whose
//! name has a word such as `token`, `secret` or `key`.
//!
//! ## Wrong
//!
//! ```toml
//! [variable.GRAFANA_TOKEN]
//! env = "GRAFANA_TOKEN"
//! ```
//!
//! ## Right
//!
//! ```toml
//! [variable.GRAFANA_TOKEN]
//! env = "GRAFANA_TOKEN"
//! secret = true
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0104");

pub(crate) fn diagnostic(span: Span, name: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{name}` goes into a header, and is no secret"))
        .at(span, "")
        .help(format!(
            "add `secret = true` to `[variable.{name}]` in `vimana.toml`"
        ))
}
