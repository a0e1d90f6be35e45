//! # Cardinality changed
//!
//! A field takes several values that took one, or the other way round, or a map
//! became a list of messages.
//!
//! ## Why
//!
//! Generated code has another type for it, and JSON a list or an object where a
//! value was.
//!
//! In the binary encoding, a single string, message or bytes is read as a list
//! of one, and of a list the last one is taken. Numbers in a list are packed,
//! which a reader of a single number does not understand.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string author = 3;
//! +  repeated string author = 3;
//!  }
//! ```
//!
//! ## Right
//!
//! With a further field:
//!
//! ```diff
//!  message Book {
//!    string author = 3;
//! +  repeated string further_authors = 5;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0245", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field, classes: Classes) -> Change {
    let (old, new) = (base.type_text(), head.type_text());
    Change::new(
        &RULE,
        classes,
        &*head.full_name,
        format!("{} is changed from `{old}` to `{new}`", head.title()),
    )
    .at(head.label_spot(), format!("was `{old}`"))
    .was(base.label_spot(), base.to_string())
    .help(format!(
        "make it `{old}` again, and add a field of the new type under another number"
    ))
}
