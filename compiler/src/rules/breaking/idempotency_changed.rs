//! # Idempotency weakened
//!
//! A method no longer promises to be idempotent, or to have no side effects.
//!
//! ## Why
//!
//! Clients and proxies that repeat or cache such calls, since they may, now do
//! something twice or not at all. To promise more breaks nobody.
//!
//! ## Wrong
//!
//! ```diff
//!  rpc GetShelf(GetShelfRequest) returns (Shelf) {
//! -  option idempotency_level = NO_SIDE_EFFECTS;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  rpc GetShelf(GetShelfRequest) returns (Shelf) {
//! +  option idempotency_level = NO_SIDE_EFFECTS;
//!  }
//! ```

use prost_reflect::MethodDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{method_spot, method_title};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0224", Classes::WIRE.and(Classes::JSON));

pub(crate) fn change(
    base: &MethodDescriptor,
    head: &MethodDescriptor,
    levels: [&str; 2],
) -> Change {
    let [old, new] = levels;
    Change::new(
        &RULE,
        RULE.breaks,
        head.full_name(),
        format!("{} promised `{old}`, and now `{new}`", method_title(head)),
    )
    .at(method_spot(head, &[]), format!("was `{old}`"))
    .was(method_spot(base, &[]), format!("idempotency_level = {old}"))
    .help(format!("write `option idempotency_level = {old};`"))
}
