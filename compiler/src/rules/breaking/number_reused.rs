//! # Field number reused
//!
//! A number that belonged to one field belongs to another one, of another name
//! and type.
//!
//! ## Why
//!
//! What was written for the old field is read as the new one: this corrupts
//! data without any error.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string shelf_mark = 4;
//! +  uint32 pages = 4;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//! +  reserved 4;
//! +  reserved "shelf_mark";
//! -  string shelf_mark = 4;
//! +  uint32 pages = 5;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{Field, NUMBER};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0241", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!(
            "{} takes the number {} of `{}`",
            head.title(),
            head.number,
            base.name
        ),
    )
    .at(head.spot(&[NUMBER]), format!("was `{base}`"))
    .was(base.spot(&[]), base.to_string())
    .help(format!(
        "give it a number that no field has had, and add `reserved {};`",
        base.number
    ))
}
