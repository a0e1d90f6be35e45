//! # Unknown rule
//!
//! A comment `vimana:allow`, or `[check.rules]` of `vimana.toml`, names a rule that is
//! none. `vimana explain --list` shows the rules.
//!
//! ## Why
//!
//! It is without effect. It is a warning, since another release of vimana may know the
//! rule.
//!
//! ## Wrong
//!
//! ```toml
//! [check.rules]
//! VM45 = "off"
//! ```
//!
//! ## Right
//!
//! ```toml
//! [check.rules]
//! VM0045 = "off"
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, Rule};

pub(crate) const RULE: Declared = Declared::warning("VM0092");

pub(crate) fn diagnostic(span: Span, code: &str) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("there is no rule `{code}`"))
        .at(span, "");
    match Rule::nearest(code) {
        Some(rule) => diagnostic.help(format!("did you mean `{}`, {}?", rule.code(), rule.name())),
        None => diagnostic.help("`vimana explain --list` shows the rules"),
    }
}

/// A silencer without any code.
pub(crate) fn none(span: Span) -> Diagnostic {
    RULE.diagnostic("this silencer names no rule")
        .at(span, "expected a code")
        .help("name the rule and give a reason: `vimana:allow CODE REASON`")
}
