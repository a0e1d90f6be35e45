//! # Reservation removed
//!
//! A number or a name that was reserved is not any more.
//!
//! ## Why
//!
//! It was reserved since an older definition gave it a meaning: whoever takes
//! it now meets messages in which it means something else.
//!
//! A number can do harm in the binary encoding, a name in JSON.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  reserved 4;
//! -  reserved "shelf_mark";
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Book {
//!    reserved 4;
//!    reserved "shelf_mark";
//!  }
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0233", Classes::WIRE.and(Classes::JSON));

/// Numbers, as `reserved` spells them.
pub(crate) fn numbers(name: &str, numbers: &str, base: Spot, head: Spot) -> Change {
    change(name, numbers, base, head, Classes::WIRE)
}

/// A name.
pub(crate) fn name(name: &str, reserved: &str, base: Spot, head: Spot) -> Change {
    change(name, &format!("\"{reserved}\""), base, head, Classes::JSON)
}

fn change(element: &str, reserved: &str, base: Spot, head: Spot, classes: Classes) -> Change {
    Change::new(
        &RULE,
        classes,
        element,
        format!("`{element}` no longer reserves `{reserved}`"),
    )
    .at(head, format!("reserved `{reserved}`"))
    .was(base, format!("reserved {reserved}"))
    .help(format!("add `reserved {reserved};`"))
}
