//! # Service removed
//!
//! A service that the base has is not there any more.
//!
//! ## Why
//!
//! Everyone who calls it fails, whatever the version.
//!
//! A service cannot carry a version any longer once it is gone, so no version
//! accepts this. Take traffic away first, and set the rule to `warning` in
//! `vimana.toml` for the change that removes the service.
//!
//! ## Wrong
//!
//! ```diff
//!  service LibraryService {
//! -  option (vimana.service) = { id: "5a4c..." version: "1.0.0" };
//!  }
//! ```
//!
//! ## Right
//!
//! With the service left in place until nobody calls it:
//!
//! ```diff
//!  service LibraryService {
//!    option (vimana.service) = { id: "5a4c..." version: "1.0.0" };
//!    option deprecated = true;
//!  }
//! ```

use prost_reflect::ServiceDescriptor;

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::breaking::element::service_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0210", Classes::ALL);

pub(crate) fn message(name: &str) -> String {
    format!("the service `{name}` is removed")
}

/// Of a service that no deployment is about, in a file of definitions.
pub(crate) fn change(base: &ServiceDescriptor, head_file: Spot) -> Change {
    Change::new(
        &RULE,
        RULE.breaks,
        base.full_name(),
        message(base.full_name()),
    )
    .at(head_file, "expected in this file")
    .was(service_spot(base), format!("service {}", base.name()))
    .help("keep the service, marked `option deprecated = true;`, until nobody calls it")
}
