//! # Enum value removed
//!
//! A value of an enum is gone.
//!
//! ## Why
//!
//! Generated code lacks its constant.
//!
//! Where the enum does not reserve the number, another value can take it, and
//! then mean what older programs did not: that breaks the binary encoding.
//! Where it does not reserve the name, the same holds for JSON, which has
//! values by name.
//!
//! ## Wrong
//!
//! ```diff
//!  enum Genre {
//!    GENRE_UNSPECIFIED = 0;
//! -  POETRY = 3;
//!  }
//! ```
//!
//! ## Right
//!
//! With a new major version, and nobody can take the number or the name again:
//!
//! ```diff
//!  enum Genre {
//!    GENRE_UNSPECIFIED = 0;
//! +  reserved 3;
//! +  reserved "POETRY";
//! -  POETRY = 3;
//!  }
//! ```

use prost_reflect::{EnumDescriptor, EnumValueDescriptor};

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{enum_spot, value_spot};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0261", Classes::ALL);

/// What keeps the number and the name from being taken.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept {
    /// Another name of the number is there, or the number is reserved.
    pub(crate) number: bool,
    /// The name is reserved.
    pub(crate) name: bool,
}

pub(crate) fn change(base: &EnumValueDescriptor, head: &EnumDescriptor, kept: Kept) -> Change {
    let classes = Classes::SOURCE
        .and_if(!kept.number, Classes::WIRE)
        .and_if(!kept.name, Classes::JSON);
    let declaration = format!("{} = {}", base.name(), base.number());
    let reserve = match (kept.number, kept.name) {
        (true, true) => String::new(),
        (true, false) => format!(", or at least add `reserved \"{}\";`", base.name()),
        (false, true) => format!(", or at least add `reserved {};`", base.number()),
        (false, false) => format!(
            ", or at least add `reserved {}; reserved \"{}\";`",
            base.number(),
            base.name()
        ),
    };
    Change::new(
        &RULE,
        classes,
        base.full_name(),
        format!(
            "the value `{}` of `{}` is removed",
            base.name(),
            head.full_name()
        ),
    )
    .at(enum_spot(head), format!("had `{declaration}`"))
    .was(value_spot(base, &[]), declaration)
    .help(format!("keep it, marked `[deprecated = true]`{reserve}"))
}
