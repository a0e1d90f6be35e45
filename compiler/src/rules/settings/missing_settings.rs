//! # Missing settings
//!
//! There is no `vimana.toml` at the root of the config repository.
//!
//! ## Why
//!
//! It names the workspace that owns what is applied. Without it, vimana cannot tell
//! what a node already runs for this repository.
//!
//! ## Wrong
//!
//! ```console
//! $ ls
//! greeter/
//! ```
//!
//! ## Right
//!
//! This is enough; a repository without `[cluster.NAME]` has one cluster, a node on
//! this machine at `http://127.0.0.1:7700`:
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//! ```

use crate::diagnostic::Diagnostic;
use crate::rules::Declared;

pub(crate) const RULE: Declared = Declared::required("VM0030");

pub(crate) fn diagnostic() -> Diagnostic {
    RULE.diagnostic("there is no `vimana.toml` at the root of the repository")
        .help(
            "write a `vimana.toml` that names the workspace:\n\
         [workspace]\n\
         name = \"acme\"\n\
         domain = \"example.com\"",
        )
}
