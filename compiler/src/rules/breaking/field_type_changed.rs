//! # Field type changed
//!
//! A field has another type.
//!
//! ## Why
//!
//! Generated code has another type for it.
//!
//! The binary encoding is the same within these groups, apart from values that
//! the other type cannot hold: `int32`, `int64`, `uint32`, `uint64`, `bool` and
//! enums; `sint32` and `sint64`; `fixed32` and `sfixed32`; `fixed64` and
//! `sfixed64`; `string` and `bytes`. JSON is the same within: all integers of
//! 32 bits; all integers of 64 bits; `float` and `double`.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  int32 pages = 4;
//! +  string pages = 4;
//!  }
//! ```
//!
//! ## Right
//!
//! With a further field:
//!
//! ```diff
//!  message Book {
//!    int32 pages = 4;
//! +  string page_range = 5;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0244", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field, classes: Classes) -> Change {
    let (old, new) = (base.type_text(), head.type_text());
    Change::new(
        &RULE,
        classes,
        &*head.full_name,
        format!(
            "the type of {} is changed from `{old}` to `{new}`",
            head.title()
        ),
    )
    .at(head.type_spot(), format!("was `{old}`"))
    .was(base.type_spot(), base.to_string())
    .help(format!(
        "make it `{old}` again, and add a field of the new type under another number"
    ))
}
