//! # Presence changed
//!
//! A field that could be absent always has a value now, or the other way round.
//!
//! ## Why
//!
//! The bytes are compatible, but generated code and WIT have another type:
//! `option<T>` where the field can be absent, `T` where it cannot. An absent
//! field and the default value were two things, and are one.
//!
//! ## Wrong
//!
//! ```diff
//!  message Author {
//! -  optional int32 born = 2;
//! +  int32 born = 2;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Author {
//!    optional int32 born = 2;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0246", Classes::SOURCE);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    let verb = if base.has_presence {
        "can no longer be absent"
    } else {
        "can now be absent"
    };
    let help = if base.has_presence {
        "write `optional` before the type"
    } else {
        "remove `optional`"
    };
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!("{} {verb}", head.title()),
    )
    .at(head.label_spot(), format!("was `{}`", base.type_text()))
    .was(base.label_spot(), base.to_string())
    .help(help)
}
