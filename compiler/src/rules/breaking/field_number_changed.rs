//! # Field number changed
//!
//! A field has another number.
//!
//! ## Why
//!
//! The binary encoding knows fields by number alone: programs of one definition
//! do not see what those of the other one wrote.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string title = 2;
//! +  string title = 3;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//!    string title = 2;
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{Field, NUMBER};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0243", Classes::WIRE);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        &*head.full_name,
        format!(
            "the number of {} is changed from {} to {}",
            head.title(),
            base.number,
            head.number
        ),
    )
    .at(head.spot(&[NUMBER]), format!("was {}", base.number))
    .was(base.spot(&[NUMBER]), base.to_string())
    .help(format!("give it the number {} again", base.number))
}
