//! # Method removed
//!
//! A method that clients call is gone.
//!
//! ## Why
//!
//! They get `UNIMPLEMENTED`, generated code lacks the function, and HTTP rules
//! of the method lead nowhere.
//!
//! ## Wrong
//!
//! ```diff
//!  service LibraryService {
//! -  rpc GetShelf(GetShelfRequest) returns (Shelf);
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//!  service LibraryService {
//!    rpc GetShelf(GetShelfRequest) returns (Shelf) {
//! +    option deprecated = true;
//!    }
//!  }
//! ```

use prost_reflect::{MethodDescriptor, ServiceDescriptor};

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{method_spot, method_title, service_spot};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0220", Classes::ALL);

pub(crate) fn change(base: &MethodDescriptor, head: &ServiceDescriptor) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        base.full_name(),
        format!("{} is removed", method_title(base)),
    )
    .at(service_spot(head), format!("had `{}`", base.name()))
    .was(method_spot(base, &[]), format!("rpc {}", base.name()))
    .help("keep it, marked `option deprecated = true;`, until nobody calls it")
}
