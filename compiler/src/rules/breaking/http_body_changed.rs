//! # HTTP body changed
//!
//! The body of a request over HTTP fills another part of the request message.
//!
//! ## Why
//!
//! What clients send is read as something else.
//!
//! ## Wrong
//!
//! ```diff
//!    post: "/v1/shelves/{shelf}/books"
//! -  body: "book"
//! +  body: "*"
//! ```
//!
//! ## Right
//!
//! ```diff
//!    post: "/v1/shelves/{shelf}/books"
//!    body: "book"
//! +  additional_bindings { post: "/v2/shelves/{shelf}/books" body: "*" }
//! ```

use crate::breaking::change::Spot;
use crate::breaking::change::{Change, Classes};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0226", Classes::JSON);

pub(crate) fn change(
    method: &str,
    rule: &str,
    bodies: [&str; 2],
    base: Spot,
    head: Spot,
) -> Change {
    let [old, new] = bodies;
    let message =
        format!("the body of `{rule}` fills {new} of the request of `{method}`, and filled {old}");
    Change::new(&RULE, RULE.breaks, method, message)
        .at(head, format!("filled {old}"))
        .was(base, format!("the body of {rule} filling {old}"))
        .help("add a binding with another path, and leave this one")
}
