//! # Enum removed
//!
//! An enum is gone, or has another name.
//!
//! ## Why
//!
//! Generated code lacks its type. What that means for fields of this type is
//! reported there.
//!
//! ## Wrong
//!
//! ```diff
//! -enum Genre {
//! +enum Kind {
//!    GENRE_UNSPECIFIED = 0;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  enum Genre {
//! +  option deprecated = true;
//!    GENRE_UNSPECIFIED = 0;
//!  }
//! ```

use prost_reflect::EnumDescriptor;

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::enum_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0260", Classes::SOURCE);

pub(crate) fn change(base: &EnumDescriptor, around: Spot) -> Change {
    let name = base.full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("the enum `{name}` is removed"),
    )
    .at(around, format!("had `{}`", base.name()))
    .was(enum_spot(base), format!("enum {}", base.name()))
    .help("keep it, marked `option deprecated = true;`")
}
