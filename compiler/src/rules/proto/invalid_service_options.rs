//! # Invalid service options
//!
//! `(vimana.service)` lacks its `id` or `version`, or one of its fields is wrong. The
//! `id` is a UUID, the `version` a semantic version (<https://semver.org>), and
//! telemetry goes to an `otlp` receiver by `grpc` or `http/protobuf`, at a URL.
//!
//! ## Why
//!
//! The `id` stays with the service even when it is renamed, so that a node knows it
//! again; definitions of one service at several versions bear one `id`.
//!
//! ## Wrong
//!
//! ```proto
//! option (vimana.service) = { id: "foo" version: "1.0" };
//! ```
//!
//! ## Right
//!
//! ```proto
//! option (vimana.service) = {
//!   id: "d7bd258f-46ff-4fb4-a02d-efa4d096f810"
//!   version: "1.0.0"
//! };
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0051");

pub(crate) fn no_id(span: Span) -> Diagnostic {
    RULE.diagnostic("`(vimana.service)` has no `id`")
        .at(span, "")
        .help("add `id: \"...\"` with a UUID of your own; `uuidgen` makes one")
}

pub(crate) fn bad_id(span: Span, id: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{id}` is no UUID"))
        .at(span, "expected 32 hexadecimal digits in five groups")
        .help("`uuidgen` makes one")
}

pub(crate) fn other_id(span: Span, id: &str, first: Span, first_id: &str) -> Diagnostic {
    RULE.diagnostic(format!("one service has two ids, `{first_id}` and `{id}`"))
        .at(span, "this version has another id")
        .also(first, "the id of the service")
        .help("the id of a service is the same at every version")
}

pub(crate) fn no_version(span: Span) -> Diagnostic {
    RULE.diagnostic("`(vimana.service)` has no `version`")
        .at(span, "")
        .help("add `version: \"1.0.0\"`")
}

pub(crate) fn same_version(span: Span, version: &semver::Version, first: Span) -> Diagnostic {
    RULE.diagnostic(format!("version `{version}` is defined twice"))
        .at(span, "defined again here")
        .also(first, "first defined here")
        .help("give one of the definitions another version, or remove it")
}

pub(crate) fn bad_exporter(span: Span, message: String, help: &str) -> Diagnostic {
    RULE.diagnostic(message).at(span, "").help(help)
}
