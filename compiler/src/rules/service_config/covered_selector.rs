//! # Selector that selects nothing more
//!
//! A selector of `regional.regions` stands there twice, or another one selects all that
//! it does.
//!
//! ## Why
//!
//! It is without effect, so that who takes the other away, or this one, does not get
//! what they expect.
//!
//! ## Wrong
//!
//! ```textproto
//! regional { regions: ["/us-east", "aws/us-east-1"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! regional { regions: ["/us-east"] }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0106");

/// `by` is the selector that covers this one.
pub(crate) fn diagnostic(span: Span, selector: &str, by: &str, by_span: Span) -> Diagnostic {
    let message = if selector == by {
        format!("`{selector}` is listed twice")
    } else {
        format!("`{by}` selects all that `{selector}` does")
    };
    RULE.diagnostic(message)
        .at(span, "selects nothing more")
        .also(by_span, "selects the same regions")
        .help("take it from the list")
}
