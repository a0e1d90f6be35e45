//! # HTTP path variable changed
//!
//! A path matches the same requests, but its variables fill other fields of the
//! request message than before.
//!
//! ## Why
//!
//! Clients send the same requests, and the method reads another field of them.
//!
//! ## Wrong
//!
//! ```diff
//! -  get: "/v1/shelves/{shelf}"
//! +  get: "/v1/shelves/{theme}"
//! ```
//!
//! ## Right
//!
//! ```diff
//!    get: "/v1/shelves/{shelf}"
//! +  additional_bindings { get: "/v1/themes/{theme}" }
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0228", Classes::JSON);

pub(crate) fn change(method: &str, rules: [&str; 2], base: Spot, head: Spot) -> Change {
    let [old, new] = rules;
    Change::new(
        &RULE,
        RULE.breaks,
        method,
        format!("`{new}` of `{method}` fills other fields than `{old}` did"),
    )
    .at(head, format!("was `{old}`"))
    .was(base, old)
    .help(format!("write `{old}`, or give the new rule another path"))
}
