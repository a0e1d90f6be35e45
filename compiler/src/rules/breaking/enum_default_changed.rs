//! # First value of an enum changed
//!
//! The first value of an enum is its default.
//!
//! ## Why
//!
//! What a field means that is absent. With another first value, the same
//! message means one thing to its writer and another to its reader.
//!
//! ## Wrong
//!
//! ```diff
//!  enum Genre {
//! +  POETRY = 3;
//!    NOVEL = 1;
//! -  POETRY = 3;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  enum Genre {
//!    NOVEL = 1;
//! +  POETRY = 3;
//!  }
//! ```

use prost_reflect::EnumValueDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::value_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0264", Classes::ALL);

pub(crate) fn change(base: &EnumValueDescriptor, head: &EnumValueDescriptor) -> Change {
    let parent = head.parent_enum().full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        parent,
        format!(
            "the first value of `{parent}` is changed from `{}` to `{}`",
            base.name(),
            head.name()
        ),
    )
    .at(
        value_spot(head, &[]),
        format!("the default was `{}`", base.name()),
    )
    .was(
        value_spot(base, &[]),
        format!("{} = {}", base.name(), base.number()),
    )
    .help(format!("let `{}` stand first", base.name()))
}
