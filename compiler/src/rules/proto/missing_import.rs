//! # Missing import
//!
//! A `.proto` file imports a file that is not there. An import is looked for at the
//! root of the repository, then in the folder of the service, then among the files
//! that vimana brings along: `vimana/options.proto`, `google/api/annotations.proto`,
//! `google/api/http.proto`, `google/api/httpbody.proto` and those of `google/protobuf/`.
//!
//! ## Why
//!
//! What the file would define is missing, so that no type of it can be resolved.
//!
//! ## Wrong
//!
//! `money.proto` is in the folder `common`:
//!
//! ```proto
//! import "commons/money.proto";
//! ```
//!
//! ## Right
//!
//! ```proto
//! import "common/money.proto";
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0042");

pub(crate) fn diagnostic(span: Span, name: &str, folder: &RepoPath) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!("there is no file `{name}` to import"))
        .at(span, "imported here");
    let mut places = vec![format!("`{name}` at the root of the repository")];
    if !folder.is_root() {
        places.push(format!("`{folder}/{name}`"));
    }
    places.push("the files that vimana brings along".to_owned());
    diagnostic
        .note(format!("looked for {}", places.join(", then ")))
        .help("write the path from the root of the repository, or put the file there")
}
