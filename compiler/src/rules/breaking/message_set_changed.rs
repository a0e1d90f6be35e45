//! # Message set format changed
//!
//! `message_set_wire_format` encodes extensions in another way.
//!
//! ## Why
//!
//! Whoever has the other setting reads none of them.
//!
//! ## Wrong
//!
//! ```diff
//!  message Extensions {
//! -  option message_set_wire_format = true;
//!    extensions 4 to max;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  message Extensions {
//!    option message_set_wire_format = true;
//!    extensions 4 to max;
//!  }
//! ```

use prost_reflect::MessageDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::message_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0231", Classes::WIRE);

pub(crate) fn change(base: &MessageDescriptor, head: &MessageDescriptor, old: bool) -> Change {
    let name = head.full_name();
    let verb = if old { "no longer has" } else { "now has" };
    Change::new(
        &RULE,
        RULE.breaks,
        name,
        format!("the message `{name}` {verb} `message_set_wire_format`"),
    )
    .at(message_spot(head), "")
    .was(
        message_spot(base),
        format!("message_set_wire_format = {old}"),
    )
    .help("set the option as it was; messages outlive it")
}
