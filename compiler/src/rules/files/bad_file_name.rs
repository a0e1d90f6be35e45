//! # File name that is not UTF-8
//!
//! The name of a file or folder is not valid UTF-8. The file is passed over, and a
//! folder with everything in it.
//!
//! ## Why
//!
//! No configuration can name such a file, and no report can show its name. It is a
//! warning, since files that are no configuration may be called anything.
//!
//! ## Wrong
//!
//! `é` is the one byte `0xe9`:
//!
//! ```console
//! $ ls
//! caf?.proto
//! ```
//!
//! ## Right
//!
//! ```console
//! $ convmv -f ISO-8859-1 -t UTF-8 --notest .
//! $ ls
//! café.proto
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::warning("VM0005");

pub(crate) fn diagnostic(path: &RepoPath) -> Diagnostic {
    RULE.diagnostic(format!("the name of `{path}` is not valid UTF-8"))
        .at(Span::start_of(path.clone()), "")
        .help("rename it; until then it is passed over")
}
