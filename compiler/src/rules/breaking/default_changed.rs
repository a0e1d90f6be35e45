//! # Default value changed
//!
//! A field that is absent means its default value, which is never written.
//!
//! ## Why
//!
//! With another default, the same message means one thing to its writer and
//! another to its reader.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  optional int32 copies = 4 [default = 1];
//! +  optional int32 copies = 4 [default = 2];
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//!    optional int32 copies = 4 [default = 1];
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{DEFAULT, Field};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0250", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    let describe = |field: &Field| match &field.proto.default_value {
        Some(value) => format!("`{value}`"),
        None => "none".to_owned(),
    };
    let (old, new) = (describe(base), describe(head));
    let change = Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!(
            "the default of {} is changed from {old} to {new}",
            head.title()
        ),
    )
    .at(head.spot(&[DEFAULT]), format!("was {old}"))
    .was(base.spot(&[]), base.to_string());
    match &base.proto.default_value {
        Some(value) => change.help(format!("write `[default = {value}]`")),
        None => change.help("remove the `default`"),
    }
}
