//! # Entry that allows strangers and names callers
//!
//! An entry `allow` of `auth` has `anonymous: true`, and asks for subjects or scopes as
//! well.
//!
//! ## Why
//!
//! Who has no token has neither a subject nor scopes. Such an entry would let strangers
//! in and keep out callers that it does not name, which nobody means.
//!
//! ## Wrong
//!
//! ```textproto
//! allow { methods: ["GetShelf"] anonymous: true scopes: ["read"] }
//! ```
//!
//! ## Right
//!
//! ```textproto
//! allow { methods: ["GetShelf"] anonymous: true }
//! allow { methods: ["CreateBook"] scopes: ["write"] }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0166");

/// `field` is `subjects` or `scopes`.
pub(crate) fn diagnostic(span: Span, field: &str, asked: Span) -> Diagnostic {
    RULE.diagnostic(format!(
        "callers without a token are allowed, and `{field}` asks for a token"
    ))
    .at(span, "")
    .also(asked, "only a token has these")
    .help("make two entries of it, or take one of the fields away")
}
