//! # Expired allowance
//!
//! An entry `breaking` of `service.txtpb` accepts a breaking change in one
//! version.
//!
//! ## Why
//!
//! The service has a newer version by now, so the entry accepts nothing any
//! more.
//!
//! ## Wrong
//!
//! When the service is at 1.4.0:
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   element: "library.Book.shelf_mark"
//!   reason: "was never filled"
//!   version: "1.3.0"
//! }
//! ```
//!
//! ## Right
//!
//! Since there is nothing to accept:
//!
//! ```textproto
//! version { version: "1.4.0" }
//! ```

use semver::Version;

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0204");

pub(crate) fn diagnostic(
    span: Span,
    entry: Span,
    versions: [&Version; 2],
    newest: Option<Span>,
) -> Diagnostic {
    let [version, current] = versions;
    let diagnostic = RULE
        .diagnostic(format!(
            "this allowance expired with `{version}`; the service is at `{current}`"
        ))
        .at(span, "accepts nothing any more")
        .help("remove the entry")
        .fix(Fix::safe("remove the entry", entry, ""));
    match newest {
        Some(newest) => diagnostic.also(newest, "the newest version"),
        None => diagnostic,
    }
}
