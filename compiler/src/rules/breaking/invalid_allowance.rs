//! # Invalid allowance
//!
//! An entry `breaking` of `service.txtpb` lacks its `reason`, or its `allow`
//! names nothing.
//!
//! ## Why
//!
//! It is the code of a rule like `VM0240`, one of the classes `source`, `wire`
//! and `json`, or the full name of an element.
//!
//! An entry that names nothing accepts nothing, and one without a reason tells
//! nobody why the change is harmless.
//!
//! ## Wrong
//!
//! ```textproto
//! breaking { allow: "everything" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   element: "library.Book.shelf_mark"
//!   reason: "was never filled, and no client read it"
//!   version: "1.3.0"
//! }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, nearest};

pub(crate) const RULE: Declared = Declared::required("VM0205");

pub(crate) fn unknown(span: Span, allow: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = RULE.diagnostic(format!(
            "`{allow}` is neither a rule about breaking changes, nor a class of them, nor the full name of an element"
        ),
    )
    .at(
        span.clone(),
        "expected a code like `VM0240`, or `source`, `wire` or `json`, or a full name",
    );
    match nearest(allow, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("write `{near}`")).fix(Fix::likely(
            format!("change it to `{near}`"),
            span,
            format!("\"{near}\""),
        )),
        None => diagnostic.help("`vimana explain --list` lists the rules"),
    }
}

pub(crate) fn missing(span: Span, field: &str, help: &str) -> Diagnostic {
    RULE.diagnostic(format!("this allowance has no `{field}`"))
        .at(span, "")
        .help(help)
}
