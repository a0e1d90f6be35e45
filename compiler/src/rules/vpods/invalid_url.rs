//! # Invalid URL of resources
//!
//! `resourcesUrl` is neither a URL of `http` or `https` nor a path.
//!
//! ## Why
//!
//! The vpod's resources would not be found. A path is relative to the page.
//!
//! ## Wrong
//!
//! ```yaml
//! resourcesUrl: http:/cdn.example.com/my files
//! ```
//!
//! ## Right
//!
//! ```yaml
//! resourcesUrl: https://cdn.example.com/my%20files
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::error("VM0089");

pub(crate) fn diagnostic(span: Span, url: &str, why: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{url}` is no URL: {why}"))
        .at(span, "")
        .help("write `https://HOST/PATH`, or a path such as `resources/client`")
}
