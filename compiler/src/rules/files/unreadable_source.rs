//! # Unreadable repository
//!
//! The files of the config repository cannot be listed: a folder is not readable,
//! folders are nested more than 64 deep, or the git repository around it is damaged
//! or belongs to another user, in which case git itself refuses to read it too.
//!
//! ## Why
//!
//! A file that is not found is a service that is not there. Whoever applied what was
//! found would delete the rest.
//!
//! ## Wrong
//!
//! ```console
//! $ chmod 000 greeter
//! ```
//!
//! ## Right
//!
//! ```console
//! $ chmod 755 greeter
//! ```

use crate::diagnostic::Diagnostic;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0006");

pub(crate) fn diagnostic(why: &str) -> Diagnostic {
    RULE.diagnostic(format!("the repository cannot be read: {why}"))
        .help("mend that, or name the folder in `.gitignore` where it is no configuration")
}
