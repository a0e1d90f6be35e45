//! # Silencer without a reason
//!
//! A comment `vimana:allow` gives no reason. It silences nothing.
//!
//! ## Why
//!
//! Who reads it later has to know why the rule does not hold here, and when the comment
//! can go.
//!
//! ## Wrong
//!
//! ```proto
//! // vimana:allow VM0045
//! service FooService {
//! ```
//!
//! ## Right
//!
//! ```proto
//! // vimana:allow VM0045 other tools bring the options along
//! service FooService {
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0091");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("this silencer gives no reason, and silences nothing")
        .at(span, "expected a reason behind the code")
        .help("say why the rule does not hold here: `vimana:allow CODE REASON`")
}
