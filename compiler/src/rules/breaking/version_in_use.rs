//! # Version removed under traffic
//!
//! A version that is live and gets a share of the traffic is not in the
//! repository any more.
//!
//! ## Why
//!
//! To apply the repository moves its share to other versions at once.
//!
//! This is told by `vimana check --against-live`. It is a warning, since the
//! versions that stay may well answer the same requests.
//!
//! ## Wrong
//!
//! While 1.0.0 gets 90 % of the live traffic:
//!
//! ```textproto
//! version { version: "1.1.0" weight: 100 }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 0 }
//! version { version: "1.1.0" weight: 100 }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0202");

pub(crate) fn diagnostic(
    span: Option<Span>,
    version: &str,
    share: u32,
    origin: &str,
) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "`{version}` is removed while it gets {share} % of the traffic"
        ))
        .note(format!("its share comes from {origin}"))
        .help("give it the weight 0 first, and remove it when it is idle");
    match span {
        Some(span) => diagnostic.at(span, "the versions that stay"),
        None => diagnostic,
    }
}
