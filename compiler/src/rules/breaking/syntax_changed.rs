//! # Syntax changed
//!
//! `proto2` and `proto3` differ in presence, in defaults, in enums and in what
//! generated code looks like.
//!
//! ## Why
//!
//! What that means for single fields and enums is reported there as well.
//!
//! ## Wrong
//!
//! ```diff
//! -syntax = "proto2";
//! +syntax = "proto3";
//! ```
//!
//! ## Right
//!
//! With a file of its own for the other syntax:
//!
//! ```diff
//!  syntax = "proto2";
//! ```

use prost_reflect::{FileDescriptor, Syntax};

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

/// The field `syntax` of `google.protobuf.FileDescriptorProto`.
const SYNTAX: i32 = 12;

pub(crate) const RULE: Declared = Declared::change("VM0217", Classes::SOURCE);

pub(crate) fn change(base: &FileDescriptor, head: &FileDescriptor) -> Change {
    let (old, new) = (name(base.syntax()), name(head.syntax()));
    Change::new(
        &RULE,
        RULE.breaks,
        head.name(),
        format!(
            "the syntax of `{}` is changed from `{old}` to `{new}`",
            head.name()
        ),
    )
    .at(
        Spot::new(head.name(), &[], &[SYNTAX]),
        format!("was `{old}`"),
    )
    .was(
        Spot::new(base.name(), &[], &[SYNTAX]),
        format!("syntax = \"{old}\""),
    )
    .help(format!("write `syntax = \"{old}\";`"))
}

const fn name(syntax: Syntax) -> &'static str {
    match syntax {
        Syntax::Proto2 => "proto2",
        Syntax::Proto3 => "proto3",
    }
}
