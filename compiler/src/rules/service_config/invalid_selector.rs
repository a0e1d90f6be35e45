//! # Invalid region selector
//!
//! A region in `service.txtpb` is no selector. A selector is `PROVIDER/REGION`, or
//! `/REGION` for that region of any provider, in lower-case letters, digits and `-`.
//!
//! ## Why
//!
//! Regions of several providers bear the same names. The slash says whether one of
//! them is meant or all.
//!
//! ## Wrong
//!
//! ```textproto
//! regional { regions: ["us-east", "aws/EU-West"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! regional { regions: ["/us-east", "aws/eu-west"] }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0022");

/// `meant` is the selector that was probably meant.
pub(crate) fn diagnostic(span: Span, found: &str, meant: Option<String>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("`{found}` is no region selector"))
        .at(span.clone(), "");
    match meant {
        Some(meant) => {
            let quoted = format!("\"{meant}\"");
            let title = format!("write `{quoted}`");
            diagnostic
                .help(title.clone())
                .fix(Fix::likely(title, span, quoted))
        }
        None => diagnostic.help(
            "write `PROVIDER/REGION` or `/REGION`, as in `\"aws/eu-west\"` or `\"/us-east\"`",
        ),
    }
}

/// Several strings that a missing comma makes one.
pub(crate) fn joined(span: Span, found: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{found}` is no region selector"))
        .at(span, "strings one after another are one string")
        .help("put a comma between them")
}
