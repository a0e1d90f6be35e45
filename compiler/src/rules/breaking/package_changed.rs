//! # Package changed
//!
//! The package of a `.proto` file is part of the name of all that it defines.
//!
//! ## Why
//!
//! Generated code has it as namespace, and `google.protobuf.Any` names types by
//! it.
//!
//! ## Wrong
//!
//! ```diff
//! -package library;
//! +package library.v2;
//! ```
//!
//! ## Right
//!
//! With the new package in a file of its own:
//!
//! ```diff
//!  package library;
//! ```

use prost_reflect::FileDescriptor;

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

/// The field `package` of `google.protobuf.FileDescriptorProto`.
const PACKAGE: i32 = 2;

pub(crate) const RULE: Declared = Declared::change("VM0214", Classes::ALL);

pub(crate) fn change(base: &FileDescriptor, head: &FileDescriptor) -> Change {
    let (old, new) = (base.package_name(), head.package_name());
    Change::new(
        &RULE,
        RULE.breaks,
        new,
        format!(
            "the package of `{}` is changed from `{old}` to `{new}`",
            head.name()
        ),
    )
    .at(
        Spot::new(head.name(), &[], &[PACKAGE]),
        format!("was `{old}`"),
    )
    .was(
        Spot::new(base.name(), &[], &[PACKAGE]),
        format!("package {old}"),
    )
    .help("put the new package into a file of its own")
}
