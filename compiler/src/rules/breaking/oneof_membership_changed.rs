//! # Field moved into or out of a oneof
//!
//! A field belongs to a oneof that it did not belong to, or no longer does.
//!
//! ## Why
//!
//! Generated code has it elsewhere.
//!
//! Where the oneof has further fields, one program writes both of two fields,
//! and the other one keeps the last of them: that loses data. A single field
//! that becomes a oneof of its own keeps its bytes.
//!
//! ## Wrong
//!
//! ```diff
//!  message Author {
//! -  string mail = 3;
//!    oneof contact {
//!      string phone = 4;
//! +    string mail = 3;
//!    }
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Author {
//!    string mail = 3;
//!    oneof contact {
//!      string phone = 4;
//! +    string letter_to = 5;
//!    }
//!  }
//! ```

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::Field;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0248", Classes::ALL);

pub(crate) fn change(base: &Field, head: &Field) -> Change {
    let is_shared = |field: &Field| field.oneof.as_ref().is_some_and(|(_, fields)| *fields > 1);
    let classes = Classes::SOURCE.and_if(
        is_shared(base) || is_shared(head),
        Classes::WIRE.and(Classes::JSON),
    );
    let title = head.title();
    let (message, label, help) = match (&base.oneof, &head.oneof) {
        (Some((old, _)), Some((new, _))) => (
            format!("{title} is moved from the oneof `{old}` to `{new}`"),
            format!("was in `{old}`"),
            format!("move it back into `{old}`"),
        ),
        (Some((old, _)), None) => (
            format!("{title} is moved out of the oneof `{old}`"),
            format!("was in `{old}`"),
            format!("move it back into `{old}`"),
        ),
        (None, oneof) => {
            let new = oneof.as_ref().map_or("", |(new, _)| new);
            (
                format!("{title} is moved into the oneof `{new}`"),
                "was in none".to_owned(),
                format!("move it out of `{new}`"),
            )
        }
    };
    Change::new(&RULE, classes, &*head.full_name, message)
        .at(head.spot(&[]), label)
        .was(base.spot(&[]), base.to_string())
        .help(help)
}
