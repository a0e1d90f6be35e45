//! # Extension range removed
//!
//! Numbers that others may take for their extensions are not free for that any
//! more.
//!
//! ## Why
//!
//! Files that extend the message no longer compile, and their values are lost
//! when a message is read.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  extensions 100 to 199;
//! +  extensions 100 to 149;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//! -  extensions 100 to 199;
//! +  extensions 100 to 299;
//!  }
//! ```

use prost_reflect::MessageDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::message_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0234", Classes::SOURCE.and(Classes::WIRE));

pub(crate) fn change(base: &MessageDescriptor, head: &MessageDescriptor, lost: &str) -> Change {
    let name = head.full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("`{name}` no longer takes extensions of `{lost}`"),
    )
    .at(message_spot(head), format!("took extensions of `{lost}`"))
    .was(message_spot(base), format!("extensions {lost}"))
    .help(format!("add `extensions {lost};`"))
}
