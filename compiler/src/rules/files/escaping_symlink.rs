//! # Symbolic link out of the repository
//!
//! A file that vimana would read is, or is in, a symbolic link that leads out of the
//! config repository, or an absolute link, wherever it leads. It is not followed.
//!
//! ## Why
//!
//! What is compiled would depend on the machine and on no commit, and a repository of
//! somebody else could make vimana read any file of yours.
//!
//! ## Wrong
//!
//! ```console
//! $ ln -s /home/ada/greeter/greeter-1.0.0.wasm greeter/
//! ```
//!
//! ## Right
//!
//! ```console
//! $ cp /home/ada/greeter/greeter-1.0.0.wasm greeter/
//! ```
//!
//! A relative link that stays within the repository is right as well:
//!
//! ```console
//! $ ln -s ../components/greeter-1.0.0.wasm greeter/
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0003");

pub(crate) fn diagnostic(link: &RepoPath, target: &str) -> Diagnostic {
    let message = format!("`{link}` is a symbolic link out of the repository, to `{target}`");
    RULE.diagnostic(message)
        .at(Span::start_of(link.clone()), "")
        .help("put the file itself into the repository, or link to one within by a relative path")
}
