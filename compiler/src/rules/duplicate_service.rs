//! # Two services with one name or id
//!
//! The name of a service (`example.com:bar.FooService`) and its id (a UUID) each
//! belong to one service alone, in the whole repository.
//!
//! This happens when the folder of a service is copied to begin another one.
//! Give the copy a name and an id of its own:
//!
//! ```proto
//! package baz;
//! service BazService {
//!   option (vimana.service) = {
//!     id: "5b4e2c6e-7d4c-4f0a-8a34-2b9f5a4f7d11"  // from `uuidgen`
//!     version: "1.0.0"
//!   };
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0053";

pub(crate) fn id(span: Span, id: &str, first: Span, services: [&str; 2]) -> Diagnostic {
    let [service, other] = services;
    Diagnostic::error(
        CODE,
        format!("`{service}` has the id `{id}`, which is that of `{other}`"),
    )
    .at(span, "used again here")
    .also(first, "first used here")
    .help("give the new service an id of its own; `uuidgen` makes one")
}

pub(crate) fn name(span: Span, name: &str, first: Span) -> Diagnostic {
    Diagnostic::error(CODE, format!("there are two services `{name}`"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help("rename one of them, or keep all versions of the service in one folder")
}
