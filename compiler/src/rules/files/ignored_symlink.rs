//! # Symbolic link that is passed over
//!
//! A file that is no configuration is a symbolic link out of the config repository. It
//! is passed over.
//!
//! ## Why
//!
//! Nothing reads it, so it does no harm. But whoever clones the repository gets a link to
//! a file of another machine. It is a warning, and an error (VM0003) where vimana would
//! read the file.
//!
//! ## Wrong
//!
//! ```console
//! $ ln -s /home/ada/notes.md greeter/
//! ```
//!
//! ## Right
//!
//! ```console
//! $ ln -s ../notes/greeter.md greeter/notes.md
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::warning("VM0007");

pub(crate) fn diagnostic(link: &RepoPath, target: &str) -> Diagnostic {
    let message = format!("`{link}` is a symbolic link out of the repository, to `{target}`");
    RULE.diagnostic(message)
        .at(Span::start_of(link.clone()), "")
        .help("link to a file within by a relative path, or remove the link")
}
