//! # Allowance without a version
//!
//! An entry `breaking` of `service.txtpb` has no `version`.
//!
//! ## Why
//!
//! It accepts changes in the newest version, whichever that is, and so never
//! expires: it would accept the same change years later, for a reason that
//! holds no more.
//!
//! ## Wrong
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   reason: "was never filled"
//! }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! breaking {
//!   allow: "VM0240"
//!   reason: "was never filled"
//!   version: "1.3.0"
//! }
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0208");

pub(crate) fn diagnostic(span: Span, value: Span, newest: &str) -> Diagnostic {
    let after = value.range.end;
    let fix = Fix::safe(
        format!("let it expire with `{newest}`"),
        Span::new(value.file, after..after),
        format!(" version: \"{newest}\""),
    );
    RULE.diagnostic("this allowance has no `version`, so it never expires")
        .at(span, "")
        .help(format!("add `version: \"{newest}\"`"))
        .fix(fix)
}
