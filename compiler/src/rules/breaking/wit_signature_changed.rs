//! # Components have to be built anew
//!
//! The types of a function in WIT are no longer those that components of this
//! version were built with.
//!
//! ## Why
//!
//! A field is new in a record, or a case in a variant. Protobuf reads old
//! messages as before, but a component's types are fixed when it is built, so
//! one that was built against the base no longer fits, as implementation or as
//! caller.
//!
//! A new minor version is enough, since components name the version that they
//! were built against.
//!
//! ## Wrong
//!
//! ```diff
//!    version: "1.0.0"
//!  message Shelf {
//! +  string room = 4;
//!  }
//! ```
//!
//! ## Right
//!
//! ```diff
//! -  version: "1.0.0"
//! +  version: "1.1.0"
//!  message Shelf {
//! +  string room = 4;
//!  }
//! ```

use prost_reflect::ServiceDescriptor;

use crate::breaking::change::Level;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::service_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0271", Classes::SOURCE);

/// `functions` are the names with the reason, of which there is at least one.
pub(crate) fn change(
    base: &ServiceDescriptor,
    head: &ServiceDescriptor,
    functions: &[(String, String)],
) -> Change {
    let names: Vec<_> = functions.iter().map(|(name, _)| name).collect();
    let message = match names.as_slice() {
        [one] => format!("components that were built against `{one}` no longer fit"),
        several => format!(
            "components that were built against {} no longer fit",
            crate::rules::list(several)
        ),
    };
    let mut change = Change::new(&RULE, RULE.breaks, head.full_name(), message)
        .at(service_spot(head), "")
        .was(service_spot(base), format!("service {}", base.name()))
        .help("give the interface a new version, and build the components anew against it");
    debug_assert_eq!(change.level, Level::Major);
    for (function, reason) in functions {
        change = change.note(format!("`{function}`: {reason}"));
    }
    change.minor()
}
