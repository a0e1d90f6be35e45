//! # File name that is not UTF-8
//!
//! The name of a file or folder is not valid UTF-8, so that no configuration
//! can name it. It is passed over, with everything in it.
//!
//! This is wrong, `é` being the one byte `0xe9`:
//!
//! ```console
//! $ ls
//! caf?.proto
//! ```
//!
//! This is right:
//!
//! ```console
//! $ convmv -f ISO-8859-1 -t UTF-8 --notest .
//! $ ls
//! café.proto
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::source::RepoPath;

pub(crate) const CODE: &str = "VM0005";

pub(crate) fn diagnostic(path: &RepoPath) -> Diagnostic {
    Diagnostic::warning(CODE, format!("the name of `{path}` is not valid UTF-8"))
        .at(Span::start_of(path.clone()), "")
        .help("rename it; until then it is passed over")
}
