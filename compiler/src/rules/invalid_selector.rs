//! # Invalid region selector
//!
//! A region in `service.txtpb` is no selector. A selector is
//! `PROVIDER/REGION`, or `/REGION` for that region of any provider, in
//! lower-case letters, digits and `-`.
//!
//! This is wrong:
//!
//! ```textproto
//! regional { regions: ["us-east", "aws/EU-West"] }
//! ```
//!
//! This is right:
//!
//! ```textproto
//! regional { regions: ["/us-east", "aws/eu-west"] }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0022";

/// `meant` is the selector that was probably meant.
pub(crate) fn diagnostic(span: Span, found: &str, meant: Option<String>) -> Diagnostic {
    let diagnostic =
        Diagnostic::error(CODE, format!("`{found}` is no region selector")).at(span, "");
    match meant {
        Some(meant) => diagnostic.help(format!("write `\"{meant}\"`")),
        None => diagnostic.help(
            "write `PROVIDER/REGION` or `/REGION`, as in `\"aws/eu-west\"` or `\"/us-east\"`",
        ),
    }
}

/// Several strings that a missing comma makes one.
pub(crate) fn joined(span: Span, found: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("`{found}` is no region selector"))
        .at(span, "strings one after another are one string")
        .help("put a comma between them")
}
