//! # Invalid domain
//!
//! The `domain` of `service.txtpb` is no DNS name: labels of lower-case letters,
//! digits and `-`, separated by dots, at most 63 characters each and 253 in all.
//! It has no scheme, no port and no path. A name beyond ASCII is written as DNS
//! has it, `xn--...`.
//!
//! This is wrong:
//!
//! ```textproto
//! domain: "https://Example.com/"
//! ```
//!
//! This is right:
//!
//! ```textproto
//! domain: "example.com"
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0024";

/// `meant` is the domain that was probably meant.
pub(crate) fn diagnostic(span: Span, found: &str, meant: Option<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error(CODE, format!("`{found}` is no domain")).at(span, "");
    match meant {
        Some(meant) => diagnostic.help(format!("write `\"{meant}\"`")),
        None => diagnostic.help("write a DNS name, as in `\"example.com\"`"),
    }
}
