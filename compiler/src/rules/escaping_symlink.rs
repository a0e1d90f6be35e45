//! # Symbolic link out of the repository
//!
//! A file is, or is in, a symbolic link that leads out of the config
//! repository. It is not followed: what is compiled would depend on the machine
//! and on no commit, and a repository of somebody else could make vimana read
//! any file. An absolute link is refused even where it leads back in.
//!
//! This is wrong:
//!
//! ```console
//! $ ln -s /home/ada/greeter/greeter-1.0.0.wasm greeter/
//! ```
//!
//! This is right:
//!
//! ```console
//! $ cp /home/ada/greeter/greeter-1.0.0.wasm greeter/
//! ```
//!
//! And so is a relative link that stays within:
//!
//! ```console
//! $ ln -s ../components/greeter-1.0.0.wasm greeter/
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::source::RepoPath;

pub(crate) const CODE: &str = "VM0003";

pub(crate) fn diagnostic(link: &RepoPath, target: &str) -> Diagnostic {
    let message = format!("`{link}` is a symbolic link out of the repository, to `{target}`");
    Diagnostic::error(CODE, message)
        .at(Span::start_of(link.clone()), "")
        .help("put the file itself into the repository, or link to one within by a relative path")
}
