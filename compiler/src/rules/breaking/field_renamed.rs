//! # Field renamed
//!
//! A field has the number and type of one in the base, and another name.
//!
//! ## Why
//!
//! The bytes are the same, but generated code has other accessors, and JSON
//! another key.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string title = 2;
//! +  string name = 2;
//!  }
//! ```
//!
//! ## Right
//!
//! With a further field:
//!
//! ```diff
//!  message Book {
//! -  string title = 2;
//! +  string title = 2 [deprecated = true];
//! +  string name = 5;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{Field, NAME};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0242", Classes::SOURCE.and(Classes::JSON));

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    // With the `json_name` of old, JSON is what it was.
    let classes = Classes::SOURCE.and_if(base.json_name != head.json_name, Classes::JSON);
    Change::new(
        &RULE,
        classes,
        &*head.full_name,
        format!("{} is renamed to `{}`", base.title(), head.name),
    )
    .at(head.spot(&[NAME]), format!("was `{}`", base.name))
    .was(base.spot(&[NAME]), base.to_string())
    .help(format!("name it `{}` again", base.name))
}
