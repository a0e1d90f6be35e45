//! # Field removed
//!
//! A field is gone.
//!
//! ## Why
//!
//! Generated code lacks its accessors.
//!
//! Where the message does not reserve the field's number, another field can
//! take it, and then read what older programs wrote: that breaks the binary
//! encoding. Where it does not reserve the name, the same holds for JSON.
//!
//! ## Wrong
//!
//! ```diff
//!  message Book {
//! -  string shelf_mark = 4;
//!  }
//! ```
//!
//! ## Right
//!
//! With a new major version, and nobody can take the number or the name again:
//!
//! ```diff
//!  message Book {
//! +  reserved 4;
//! +  reserved "shelf_mark";
//! -  string shelf_mark = 4;
//!  }
//! ```

use prost_reflect::MessageDescriptor;

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{Field, message_spot};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0240", Classes::ALL);

/// What the head reserves of the field.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reserved {
    pub(crate) number: bool,
    pub(crate) name: bool,
}

pub(crate) fn change(base: &Field, head: &MessageDescriptor, reserved: Reserved) -> Change {
    let change = of(base, reserved).at(message_spot(head), format!("had `{base}`"));
    match (reserved.number, reserved.name) {
        (true, true) => change.help("keep it, marked `[deprecated = true]`"),
        (true, false) => change.help(format!("add `reserved \"{}\";`", base.name)),
        (false, true) => change.help(format!("add `reserved {};`", base.number)),
        (false, false) => change.help(format!(
            "keep it, marked `[deprecated = true]`, or at least add `reserved {}; reserved \"{}\";`",
            base.number, base.name
        )),
    }
}

/// Of an extension, whose number and name nobody reserves.
pub(crate) fn extension(base: &Field, around: Spot) -> Change {
    let reserved = Reserved {
        number: false,
        name: false,
    };
    of(base, reserved)
        .at(around, format!("had `{base}`"))
        .help("keep it, marked `[deprecated = true]`")
}

fn of(base: &Field, reserved: Reserved) -> Change {
    let classes = Classes::SOURCE
        .and_if(!reserved.number, Classes::WIRE)
        .and_if(!reserved.name, Classes::JSON);
    Change::new(
        &RULE,
        classes,
        &*base.full_name,
        format!("{} is removed", base.title()),
    )
    .was(base.spot(&[]), base.to_string())
}
