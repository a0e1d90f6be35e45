//! # Enum value renamed
//!
//! A number of an enum has another name.
//!
//! ## Why
//!
//! The bytes are the same, but generated code has another constant, and JSON
//! another word.
//!
//! ## Wrong
//!
//! ```diff
//!  enum Genre {
//! -  STORIES = 2;
//! +  SHORT_STORIES = 2;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  enum Genre {
//! +  option allow_alias = true;
//!    STORIES = 2;
//! +  SHORT_STORIES = 2;
//!  }
//! ```

use prost_reflect::EnumValueDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{NAME, value_spot};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0262", Classes::SOURCE.and(Classes::JSON));

pub(crate) fn change(base: &EnumValueDescriptor, head: &EnumValueDescriptor) -> Change {
    let (old, new) = (base.name(), head.name());
    let parent = head.parent_enum().full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        head.full_name(),
        format!("the value `{old}` of `{parent}` is renamed to `{new}`"),
    )
    .at(value_spot(head, &[NAME]), format!("was `{old}`"))
    .was(value_spot(base, &[]), format!("{old} = {}", base.number()))
    .help(format!(
        "name it `{old}` again, or add the new name as an alias with `option allow_alias = true;`"
    ))
}
