//! # Configuration without a service
//!
//! A folder has a `service.txtpb`, but no `.proto` file with a service that bears
//! `(vimana.service)`. The configuration is without effect.
//!
//! Beside `service.txtpb` belongs
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

pub(crate) const CODE: &str = "VM0063";

pub(crate) fn diagnostic(span: Span) -> Diagnostic {
    Diagnostic::error(
        CODE,
        "no `.proto` file of this folder has a service with `(vimana.service)`",
    )
    .at(span, "")
    .help("add `option (vimana.service) = { id: \"...\" version: \"1.0.0\" };` to the service, or remove this file")
}
