//! # Two services with one name or id
//!
//! Two services of the repository have one name (`example.com:bar.FooService`) or one
//! id (a UUID).
//!
//! ## Why
//!
//! Each belongs to one service alone: a call names the service, and a node knows it by
//! its id. It happens when the folder of a service is copied to begin another one.
//!
//! ## Wrong
//!
//! ```proto
//! package bar;
//! service FooService { /* the same package, name and id as in the other folder */ }
//! ```
//!
//! ## Right
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
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0053");

pub(crate) fn id(span: Span, id: &str, first: Span, services: [&str; 2]) -> Diagnostic {
    let [service, other] = services;
    RULE.diagnostic(format!(
        "`{service}` has the id `{id}`, which is that of `{other}`"
    ))
    .at(span, "used again here")
    .also(first, "first used here")
    .help("give the new service an id of its own; `uuidgen` makes one")
}

pub(crate) fn name(span: Span, name: &str, first: Span) -> Diagnostic {
    RULE.diagnostic(format!("there are two services `{name}`"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help("rename one of them, or keep all versions of the service in one folder")
}
