//! # Domain changed
//!
//! The domain is part of a service's name and of the address that clients call.
//!
//! ## Why
//!
//! A service of another domain is not reached by those who call the old one.
//!
//! ## Wrong
//!
//! ```diff
//!  [workspace]
//! -domain = "example.com"
//! +domain = "example.org"
//! ```
//!
//! ## Right
//!
//! With a new major version:
//!
//! ```diff
//!  # service.txtpb
//! +domain: "example.org"
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0213", Classes::WIRE.and(Classes::JSON));

pub(crate) fn change(service: &str, domains: [&str; 2], base: Spot, head: Spot) -> Change {
    let [old, new] = domains;
    Change::new(
        &RULE,
        RULE.breaks,
        service,
        format!("the domain of `{service}` is changed from `{old}` to `{new}`"),
    )
    .at(head, format!("was in `{old}`"))
    .was(base, format!("in the domain {old}"))
    .help(format!(
        "write `domain: \"{old}\"` in `service.txtpb` to leave it there"
    ))
}
