//! # Required field added
//!
//! A field that is new is `required`.
//!
//! ## Why
//!
//! Messages that were written before do not have it, and are refused.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! +  required string isbn = 5;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//! +  optional string isbn = 5;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0252", Classes::ALL);

pub(crate) fn change(head: &Field) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!("{} is new and required", head.title()),
    )
    .at(head.label_spot(), "older messages do not have it")
    .help("write `optional`")
}
