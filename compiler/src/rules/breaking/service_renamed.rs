//! # Service renamed
//!
//! A service with the id of one in the base has another name.
//!
//! ## Why
//!
//! The name, its package included, is in the path of every gRPC request, in
//! generated code and in the WIT package.
//!
//! Clients that were built with the old name meet no service any more.
//!
//! ## Wrong
//!
//! ```diff
//! -service LibraryService {
//! +service Library {
//!    option (vimana.service) = { id: "5a4c..." version: "1.1.0" };
//! ```
//!
//! ## Right
//!
//! With a new major version:
//!
//! ```diff
//! -service LibraryService {
//! +service Library {
//!    option (vimana.service) = { id: "5a4c..." version: "2.0.0" };
//! ```

use prost_reflect::ServiceDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::service_spot;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0211", Classes::ALL);

pub(crate) fn change(base: &ServiceDescriptor, head: &ServiceDescriptor) -> Change {
    let (old, new) = (base.full_name(), head.full_name());
    Change::new(
        &RULE,
        RULE.breaks,
        new,
        format!("the service `{old}` is renamed to `{new}`"),
    )
    .at(service_spot(head), format!("was `{old}`"))
    .was(service_spot(base), format!("service {old}"))
    .help(format!(
        "name it `{old}` again, or let both stand side by side"
    ))
}
