//! # Service id changed
//!
//! The id of a service stays with it for good.
//!
//! ## Why
//!
//! Telemetry, permissions and what is live are found by it, also when the
//! service is renamed. A service that gets another id is another service that
//! has taken the name.
//!
//! ## Wrong
//!
//! ```diff
//!    option (vimana.service) = {
//! -    id: "5a4c4d0e-8c0f-4f57-9a35-3a5a0c3b7f21"
//! +    id: "0b7f6c1e-2b57-4a7c-8d3e-6f1f4f6f0a11"
//! ```
//!
//! ## Right
//!
//! With the service's name changed and its id kept:
//!
//! ```diff
//! -service LibraryService {
//! +service Library {
//!    option (vimana.service) = {
//!      id: "5a4c4d0e-8c0f-4f57-9a35-3a5a0c3b7f21"
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0212", Classes::SOURCE);

pub(crate) fn change(service: &str, ids: [&str; 2], base: Spot, head: Spot) -> Change {
    let [old, new] = ids;
    Change::new(
        &RULE,
        RULE.breaks,
        service,
        format!("the id of `{service}` is changed from `{old}` to `{new}`"),
    )
    .at(head, format!("was `{old}`"))
    .was(base, format!("id: \"{old}\""))
    .help(format!(
        "write `id: \"{old}\"`; an id stays with its service"
    ))
}
