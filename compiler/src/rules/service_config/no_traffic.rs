//! # No version takes traffic
//!
//! The weights of the versions in `service.txtpb` sum to 0. A version without a weight
//! is ready but serves nothing, unless it is the only one that is no shadow. Answers of
//! shadows are dropped.
//!
//! ## Why
//!
//! No request to the service could be answered.
//!
//! ## Wrong
//!
//! ```textproto
//! version { version: "1.0.0" }
//! version { version: "1.1.0" }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! version { version: "1.0.0" weight: 100 }
//! version { version: "1.1.0" }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0023");

/// `versions` are the places of the weights, or of versions without one.
pub(crate) fn diagnostic(versions: impl IntoIterator<Item = Span>) -> Diagnostic {
    let mut diagnostic = RULE
        .diagnostic("no version takes traffic: the weights sum to 0")
        .help("give at least one version a weight: `weight: 100`");
    for (index, span) in versions.into_iter().enumerate() {
        diagnostic = if index == 0 {
            diagnostic.at(span, "")
        } else {
            diagnostic.also(span, "")
        };
    }
    diagnostic
}
