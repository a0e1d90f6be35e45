//! # Extension that WIT leaves out
//!
//! A message that a service speaks of has extensions, and the type of the message in
//! WIT does not have them: a component neither sees nor sets them.
//!
//! ## Why
//!
//! Who extends a message is not known to the message, nor to the services that speak
//! of it, so there is no one record that holds all extensions. What a caller sends in
//! one is dropped, as any field is that the definition does not know.
//!
//! ## Wrong
//!
//! `note` never reaches the component that handles a `Request`:
//!
//! ```proto
//! message Request {
//!   optional string name = 1;
//!   extensions 100 to 199;
//! }
//! extend Request {
//!   optional string note = 100;
//! }
//! ```
//!
//! ## Right
//!
//! ```proto
//! message Request {
//!   optional string name = 1;
//!   optional string note = 2;
//! }
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::warning("VM0111");

pub(crate) fn diagnostic(span: Span, extension: &str, message: &str) -> Diagnostic {
    RULE.diagnostic(format!(
        "the extension `{extension}` of `{message}` is not in WIT, and is dropped"
    ))
    .at(span, "")
    .help(format!("make it a field of `{message}`"))
}
