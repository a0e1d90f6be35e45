//! # Unreadable file
//!
//! A file is there, or is named, and cannot be read: permissions forbid it, it is a
//! folder or a device, a symbolic link leads nowhere or in a circle.
//!
//! ## Why
//!
//! What it says is part of the configuration. Without it, vimana would compile
//! something else than what the repository holds.
//!
//! ## Wrong
//!
//! ```console
//! $ chmod 000 greeter/greeter.proto
//! ```
//!
//! ## Right
//!
//! ```console
//! $ chmod 644 greeter/greeter.proto
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0004");

pub(crate) fn diagnostic(path: &RepoPath, why: &str) -> Diagnostic {
    RULE.diagnostic(format!("`{path}` cannot be read: {why}"))
        .at(Span::start_of(path.clone()), "")
        .help("make it a file that can be read, or remove it")
}
