//! # Unknown launcher
//!
//! A vpod names a launcher that vimana does not know.
//!
//! ## Why
//!
//! The launcher decides how the program is loaded and where its functions are looked
//! for: `Javascript` loads an ES module and calls what it exports, `JSModule` runs a
//! classic script and calls what it leaves on the global `client`. With another
//! launcher, no function may be found.
//!
//! ## Wrong
//!
//! ```yaml
//! launcher: JavaScript
//! ```
//!
//! ## Right
//!
//! ```yaml
//! launcher: Javascript
//! ```

use crate::diagnostic::{Diagnostic, Fix, Span};
use crate::rules::{Declared, list, nearest};

pub(crate) const RULE: Declared = Declared::warning("VM0084");

/// The launchers that are known.
pub(crate) const KNOWN: [&str; 2] = ["Javascript", "JSModule"];

pub(crate) fn diagnostic(span: Span, launcher: &str) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("there is no launcher `{launcher}`"))
        .at(span.clone(), "");
    match nearest(launcher, KNOWN) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`?"))
            .fix(Fix::likely(format!("write `{near}`"), span, near)),
        None => diagnostic.help(format!("the launchers are {}", list(&KNOWN))),
    }
}
