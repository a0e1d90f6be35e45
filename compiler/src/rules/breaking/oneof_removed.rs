//! # Oneof removed
//!
//! A oneof is gone or renamed.
//!
//! ## Why
//!
//! Generated code has a type and accessors for it. What its fields are now is
//! reported with them.
//!
//! ## Wrong
//!
//! ```diff
//! -oneof contact {
//! +oneof reach {
//!    string mail = 1;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  oneof contact {
//!    string mail = 1;
//! +  string phone = 2;
//!  }
//! ```

use prost_reflect::{MessageDescriptor, OneofDescriptor};

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::message_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0232", Classes::SOURCE);

pub(crate) fn change(base: &OneofDescriptor, head: &MessageDescriptor) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        base.full_name(),
        format!(
            "the oneof `{}` of `{}` is removed",
            base.name(),
            head.full_name()
        ),
    )
    .at(
        message_spot(head),
        format!("had the oneof `{}`", base.name()),
    )
    .was(
        Spot::new(base.parent_file().name(), base.path(), &[]),
        format!("oneof {}", base.name()),
    )
    .help(format!("name it `{}` again", base.name()))
}
