//! # Invalid domain
//!
//! The `domain` of `service.txtpb` is no DNS name: labels of lower-case letters, digits
//! and `-`, separated by dots, at most 63 characters each and 253 in all.
//!
//! ## Why
//!
//! The domain is part of the service's name, and the host that callers ask for. It has
//! no scheme, no port and no path, and a name beyond ASCII is written as DNS has it,
//! `xn--...`.
//!
//! ## Wrong
//!
//! ```textproto
//! domain: "https://Example.com/"
//! ```
//!
//! ## Right
//!
//! ```textproto
//! domain: "example.com"
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0024");

/// `meant` is the domain that was probably meant.
pub(crate) fn diagnostic(span: Span, found: &str, meant: Option<String>) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("`{found}` is no domain"))
        .at(span.clone(), "");
    match meant {
        Some(meant) => {
            let quoted = format!("\"{meant}\"");
            let title = format!("write `{quoted}`");
            diagnostic
                .help(title.clone())
                .fix(Fix::likely(title, span, quoted))
        }
        None => diagnostic.help("write a DNS name, as in `\"example.com\"`"),
    }
}
