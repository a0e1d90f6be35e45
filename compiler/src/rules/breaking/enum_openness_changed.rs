//! # Enum opened or closed
//!
//! A closed enum, of a `proto2` file, has its values and no others.
//!
//! ## Why
//!
//! A number that it does not know counts as an unknown field. An open one, of a
//! `proto3` file, holds any number. Generated code and WIT differ as well: WIT
//! has an `enum` for the one, and a `variant` with a case for other numbers for
//! the other.
//!
//! ## Wrong
//!
//! ```diff
//! -syntax = "proto2";
//! +syntax = "proto3";
//!  enum Genre { NOVEL = 0; }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  syntax = "proto2";
//!  enum Genre { NOVEL = 0; }
//! ```

use prost_reflect::EnumDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::enum_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0265", Classes::SOURCE.and(Classes::WIRE));

pub(crate) fn change(base: &EnumDescriptor, head: &EnumDescriptor, was_open: bool) -> Change {
    let name = head.full_name();
    let word = |is_open| if is_open { "open" } else { "closed" };
    let (old, new) = (word(was_open), word(!was_open));
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("the enum `{name}` was {old} and is {new}"),
    )
    .at(enum_spot(head), format!("was {old}"))
    .was(enum_spot(base), format!("{old} enum {}", base.name()))
    .help("give the file its old `syntax`")
}
