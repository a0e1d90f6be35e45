//! # Rule that cannot be changed
//!
//! A comment `vimana:allow`, or `[check.rules]` of `vimana.toml`, names a rule that can
//! be neither silenced nor set: an error without which there is no valid graph. What is
//! said about silencers themselves can be set, but not silenced.
//!
//! ## Why
//!
//! It is without effect: what such a rule finds has to be mended. `vimana explain CODE`
//! says of each rule whether it can be set.
//!
//! ## Wrong
//!
//! ```toml
//! [check.rules]
//! VM0040 = "warning"  # invalid `.proto` file
//! ```
//!
//! ## Right
//!
//! ```toml
//! [check.rules]
//! VM0045 = "off"      # options without their import
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{Declared, Rule};

pub(crate) const RULE: Declared = Declared::required("VM0093");

/// A rule that `[check.rules]` sets.
pub(crate) fn set(span: Span, rule: &Rule) -> Diagnostic {
    let message = format!("`{}`, {}, cannot be set", rule.code(), rule.name());
    RULE.diagnostic(message)
        .at(span, "without this error there is no valid graph")
        .help("remove the line, and mend what the rule finds")
}

/// A rule that a comment silences.
pub(crate) fn silenced(span: Span, rule: &Rule) -> Diagnostic {
    let message = format!("`{}`, {}, cannot be silenced", rule.code(), rule.name());
    let diagnostic = RULE.diagnostic(message);
    if rule.configurable() {
        return diagnostic
            .at(span, "this can be set for the whole repository alone")
            .help(format!(
                "write `{} = \"off\"` below `[check.rules]` of `vimana.toml`",
                rule.code()
            ));
    }
    diagnostic
        .at(span, "without this error there is no valid graph")
        .help("remove the silencer, and mend what the rule finds")
}
