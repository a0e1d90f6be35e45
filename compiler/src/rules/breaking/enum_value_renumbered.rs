//! # Number of an enum value changed
//!
//! A value of an enum has another number.
//!
//! ## Why
//!
//! The binary encoding knows values by number alone, so that one program's
//! value is another's.
//!
//! ## Wrong
//!
//! ```diff
//!  enum Genre {
//! -  POETRY = 3;
//! +  POETRY = 4;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  enum Genre {
//!    POETRY = 3;
//!  }
//! ```

use prost_reflect::EnumValueDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{VALUE_NUMBER, value_spot};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0263", Classes::WIRE);

pub(crate) fn change(base: &EnumValueDescriptor, head: &EnumValueDescriptor) -> Change {
    let (old, new) = (base.number(), head.number());
    let parent = head.parent_enum().full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        head.full_name(),
        format!(
            "the number of `{}` of `{parent}` is changed from {old} to {new}",
            head.name()
        ),
    )
    .at(value_spot(head, &[VALUE_NUMBER]), format!("was {old}"))
    .was(value_spot(base, &[]), format!("{} = {old}", base.name()))
    .help(format!("give it the number {old} again"))
}
