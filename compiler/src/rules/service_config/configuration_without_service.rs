//! # Configuration without a service
//!
//! A folder has a `service.txtpb`, but no `.proto` file with a service that bears
//! `(vimana.service)`.
//!
//! ## Why
//!
//! The configuration is without effect. Mostly the definition was moved or renamed,
//! or the option forgotten. It can be set to a warning in a repository that holds the
//! configuration of services before they are defined.
//!
//! ## Wrong
//!
//! ```proto
//! service FooService {}
//! ```
//!
//! ## Right
//!
//! ```proto
//! service FooService {
//!   option (vimana.service) = {
//!     id: "d7bd258f-46ff-4fb4-a02d-efa4d096f810"
//!     version: "1.0.0"
//!   };
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0063");

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    RULE.diagnostic("no `.proto` file of this folder has a service with `(vimana.service)`",
    )
    .at(span, "")
    .help("add `option (vimana.service) = { id: \"...\" version: \"1.0.0\" };` to the service, or remove this file")
}
