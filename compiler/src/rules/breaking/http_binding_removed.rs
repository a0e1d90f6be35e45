//! # HTTP binding removed
//!
//! A request over HTTP that a method answered is answered no more.
//!
//! ## Why
//!
//! Its rule, or one of its `additional_bindings`, is removed, or has another
//! verb or path.
//!
//! ## Wrong
//!
//! ```diff
//!  option (vimana.http) = {
//! -  get: "/v1/shelves/{shelf}"
//! +  get: "/v1/shelf/{shelf}"
//!  };
//! ```
//!
//! ## Right
//!
//! ```diff
//!  option (vimana.http) = {
//!    get: "/v1/shelves/{shelf}"
//! +  additional_bindings { get: "/v1/shelf/{shelf}" }
//!  };
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0225", Classes::JSON);

pub(crate) fn change(method: &str, rule: &str, base: Spot, head: Spot) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        method,
        format!("`{rule}` no longer leads to `{method}`"),
    )
    .at(head, format!("had `{rule}`"))
    .was(base, rule)
    .help("keep it among the `additional_bindings`")
}
