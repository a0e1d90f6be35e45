//! # Unreadable file
//!
//! A file is there, or is named, and cannot be read: permissions forbid it, it
//! is a folder or a device, a symbolic link leads nowhere or in a circle.
//!
//! This is wrong:
//!
//! ```console
//! $ chmod 000 greeter/greeter.proto
//! ```
//!
//! This is right:
//!
//! ```console
//! $ chmod 644 greeter/greeter.proto
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::source::RepoPath;

pub(crate) const CODE: &str = "VM0004";

pub(crate) fn diagnostic(path: &RepoPath, why: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("`{path}` cannot be read: {why}"))
        .at(Span::start_of(path.clone()), "")
}
