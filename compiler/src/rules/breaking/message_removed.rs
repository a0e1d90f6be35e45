//! # Message removed
//!
//! A message is gone, or has another name.
//!
//! ## Why
//!
//! Generated code lacks its type, and whoever receives it in a
//! `google.protobuf.Any` does not know it. What that means for fields of this
//! type is reported there.
//!
//! ## Wrong
//!
//! ```diff
//! -message Shelf {
//! +message Rack {
//!    string id = 1;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Shelf {
//! +  option deprecated = true;
//!    string id = 1;
//!  }
//! ```

use prost_reflect::MessageDescriptor;

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::message_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0230", Classes::SOURCE);

pub(crate) fn change(base: &MessageDescriptor, around: Spot) -> Change {
    let name = base.full_name();
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("the message `{name}` is removed"),
    )
    .at(around, format!("had `{}`", base.name()))
    .was(message_spot(base), format!("message {}", base.name()))
    .help("keep it, marked `option deprecated = true;`")
}
