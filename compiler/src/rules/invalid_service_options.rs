//! # Invalid service options
//!
//! `(vimana.service)` needs an `id`, a UUID that stays with the service even when
//! it is renamed, and a `version`, a semantic version (<https://semver.org>).
//! Definitions of one service at several versions bear one `id`. Telemetry goes to
//! an `otlp` receiver by `grpc` or `http/protobuf`, at a URL.
//!
//! This is wrong:
//!
//! ```proto
//! option (vimana.service) = { id: "foo" version: "1.0" };
//! ```
//!
//! This is right:
//!
//! ```proto
//! option (vimana.service) = {
//!   id: "d7bd258f-46ff-4fb4-a02d-efa4d096f810"
//!   version: "1.0.0"
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};

pub(crate) const CODE: &str = "VM0051";

pub(crate) fn no_id(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, "`(vimana.service)` has no `id`")
        .at(span, "")
        .help(
            "add `id: \"...\"` with a UUID of your own; `uuidgen` makes one",
        )
}

pub(crate) fn bad_id(span: Span, id: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("`{id}` is no UUID"))
        .at(span, "expected 32 hexadecimal digits in five groups")
        .help("`uuidgen` makes one")
}

pub(crate) fn other_id(span: Span, id: &str, first: Span, first_id: &str) -> Diagnostic {
    Diagnostic::error(
        CODE,
        format!("one service has two ids, `{first_id}` and `{id}`"),
    )
    .at(span, "this version has another id")
    .also(first, "the id of the service")
    .help("the id of a service is the same at every version")
}

pub(crate) fn no_version(span: Span) -> Diagnostic {
    Diagnostic::error(CODE, "`(vimana.service)` has no `version`")
        .at(span, "")
        .help("add `version: \"1.0.0\"`")
}

pub(crate) fn same_version(span: Span, version: &semver::Version, first: Span) -> Diagnostic {
    Diagnostic::error(CODE, format!("version `{version}` is defined twice"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help("give one of the definitions another version, or remove it")
}

pub(crate) fn bad_exporter(span: Span, message: String, help: &str) -> Diagnostic {
    Diagnostic::error(CODE, message).at(span, "").help(help)
}
