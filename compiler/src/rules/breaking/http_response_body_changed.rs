//! # HTTP response body changed
//!
//! The body of a response over HTTP is another part of the response message.
//!
//! ## Why
//!
//! Clients read it as something else.
//!
//! ## Wrong
//!
//! ```diff
//!    get: "/v1/shelves/{shelf}/books"
//! +  response_body: "books"
//! ```
//!
//! ## Right
//!
//! ```diff
//!    get: "/v1/shelves/{shelf}/books"
//! +  additional_bindings { get: "/v2/shelves/{shelf}/books" response_body: "books" }
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0227", Classes::JSON);

pub(crate) fn change(
    method: &str,
    rule: &str,
    bodies: [&str; 2],
    base: Spot,
    head: Spot,
) -> Change {
    let [old, new] = bodies;
    let message =
        format!("`{rule}` answers {new} of the response of `{method}`, and answered {old}");
    Change::new(&RULE, RULE.breaks, method, message)
        .at(head, format!("answered {old}"))
        .was(base, format!("{rule} answering {old}"))
        .help("add a binding with another path, and leave this one")
}
