//! # Unused allowance
//!
//! An entry `breaking` of `service.txtpb` is for the version that the changes
//! bring, and accepts none of them.
//!
//! ## Why
//!
//! The change that it is about is not there, or is told under another rule or
//! of another element.
//!
//! ## Wrong
//!
//! When the removed field is `library.Book.shelf_mark`:
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   element: "library.Book.title"
//!   reason: "was never filled"
//!   version: "1.3.0"
//! }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   element: "library.Book.shelf_mark"
//!   reason: "was never filled"
//!   version: "1.3.0"
//! }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0206");

pub(crate) fn diagnostic(span: Span, entry: Span, base: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "this allowance accepts none of the changes since `{base}`"
    ))
    .at(span, "")
    .help("remove the entry, or name the rule and the element of the change")
    .fix(Fix::likely("remove the entry", entry, ""))
}
