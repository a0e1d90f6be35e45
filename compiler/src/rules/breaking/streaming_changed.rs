//! # Streaming changed
//!
//! One side of a method streams that did not, or no longer does.
//!
//! ## Why
//!
//! Generated code has another kind of function for each of the four, and a
//! client of one cannot call another.
//!
//! ## Wrong
//!
//! ```diff
//! -rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);
//! +rpc ListBooks(ListBooksRequest) returns (stream ListBooksResponse);
//! ```
//!
//! ## Right
//!
//! With a further method:
//!
//! ```diff
//!  rpc ListBooks(ListBooksRequest) returns (ListBooksResponse);
//! +rpc WatchBooks(ListBooksRequest) returns (stream ListBooksResponse);
//! ```

use prost_reflect::MethodDescriptor;

use crate::breaking::change::{Change, Classes};
use crate::breaking::element::{method_spot, method_title};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::change("VM0223", Classes::ALL);

pub(crate) fn change(base: &MethodDescriptor, head: &MethodDescriptor) -> Change {
    let (old, new) = (describe(base), describe(head));
    Change::new(
        &RULE,
        RULE.breaks,
        head.full_name(),
        format!("{} is changed from {old} to {new}", method_title(head)),
    )
    .at(method_spot(head, &[]), format!("was {old}"))
    .was(method_spot(base, &[]), old)
    .help("add a method beside this one")
}

fn describe(method: &MethodDescriptor) -> &'static str {
    match (method.is_client_streaming(), method.is_server_streaming()) {
        (false, false) => "unary",
        (true, false) => "client streaming",
        (false, true) => "server streaming",
        (true, true) => "bidirectional streaming",
    }
}
