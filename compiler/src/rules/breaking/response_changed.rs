//! # Type of a response changed
//!
//! A method returns a message of another type.
//!
//! ## Why
//!
//! Generated code has another signature, and what one side writes the other one
//! reads as something else.
//!
//! A message that is renamed and is otherwise the same breaks generated code
//! and `google.protobuf.Any` alone; it is reported all the same, since nothing
//! keeps the two alike.
//!
//! ## Wrong
//!
//! ```diff
//! -rpc GetShelf(GetShelfRequest) returns (Shelf);
//! +rpc GetShelf(GetShelfRequest) returns (GetShelfResponse);
//! ```
//!
//! ## Right
//!
//! With a further method:
//!
//! ```diff
//!  rpc GetShelf(GetShelfRequest) returns (Shelf);
//! +rpc FindShelf(FindShelfRequest) returns (FindShelfResponse);
//! ```

use prost_reflect::MethodDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{method_spot, method_title};
use crate::rules::Declared;

/// The field `output_type` of `google.protobuf.MethodDescriptorProto`.
const TYPE: i32 = 3;

pub(crate) const RULE: Declared = Declared::change("VM0222", Classes::ALL);

pub(crate) fn change(base: &MethodDescriptor, head: &MethodDescriptor) -> Change {
    let (old, new) = (base.output(), head.output());
    let (old, new) = (old.full_name(), new.full_name());
    Change::new(
        &RULE,
        RULE.breaks,
        head.full_name(),
        format!(
            "the response of {} is changed from `{old}` to `{new}`",
            method_title(head)
        ),
    )
    .at(method_spot(head, &[TYPE]), format!("was `{old}`"))
    .was(method_spot(base, &[TYPE]), old)
    .help("add fields to the message, or add a method with the new type")
}
