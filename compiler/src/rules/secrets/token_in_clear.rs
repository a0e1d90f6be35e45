//! # Token in clear
//!
//! A value is a token or a private key of a well-known kind: of GitHub, GitLab, Slack,
//! AWS, npm, Grafana and others, a JSON Web Token, or a PEM private key.
//!
//! ## Why
//!
//! Whoever reads the repository, or its history, has it: revoke it, since removing it
//! here does not remove it there. The environment of a vpod is read by every visitor as
//! well.
//!
//! ## Wrong
//!
//! ```textproto
//! headers: "Authorization=Bearer glsa_..."
//! ```
//!
//! ## Right
//!
//! ```textproto
//! headers: "Authorization=Bearer ${GRAFANA_TOKEN}"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0102");

/// What to do about a secret.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// A header of a service's exporter, which may name a variable.
    Header,
    /// The environment of a vpod, which is public.
    Environment,
}

/// The message never has the value.
pub(crate) fn diagnostic(span: Span, what: &str, kind: &str, place: Place) -> Diagnostic {
    RULE.diagnostic(format!("{what} holds {kind}"))
        .at(span, "in clear")
        .help(help(place))
        .note("revoke it: it stays in the history of the repository")
}

pub(crate) const fn help(place: Place) -> &'static str {
    match place {
        Place::Header => {
            "write `${NAME}` instead, and declare `[variable.NAME]` with `secret = true` in `vimana.toml`"
        }
        Place::Environment => {
            "keep it in a service that the vpod calls: whoever opens the page can read the environment"
        }
    }
}
