//! # Required field changed
//!
//! A field is `required` now, or no longer is.
//!
//! ## Why
//!
//! A program for which it is required refuses every message without it, and
//! such messages are written by all for whom it is not.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  required string title = 2;
//! +  optional string title = 2;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//!    required string title = 2;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0247", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    let verb = if base.is_required() {
        "is no longer required"
    } else {
        "is now required"
    };
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!("{} {verb}", head.title()),
    )
    .at(head.label_spot(), format!("was `{}`", base.type_text()))
    .was(base.label_spot(), base.to_string())
    .help(format!("make it `{}` again", base.type_text()))
}
