//! # Unreadable repository
//!
//! The files of the config repository cannot be listed: a folder is not
//! readable, folders are nested more than 64 deep, or the git repository around
//! it is damaged, or belongs to another user, in which case git itself refuses
//! to read it too.
//!
//! This is wrong:
//!
//! ```console
//! $ chmod 000 greeter
//! ```
//!
//! This is right:
//!
//! ```console
//! $ chmod 755 greeter
//! ```

use crate::diagnostic::Diagnostic;

pub(crate) const CODE: &str = "VM0006";

pub(crate) fn diagnostic(why: &str) -> Diagnostic {
    Diagnostic::error(CODE, format!("the repository cannot be read: {why}"))
}
