//! # Missing settings
//!
//! The root of a config repository holds `vimana.toml`, which names the
//! workspace that owns what is applied. Without it, vimana cannot tell what a
//! node already runs for this repository.
//!
//! This is enough:
//!
//! ```toml
//! [workspace]
//! name = "acme"
//! domain = "example.com"
//! ```
//!
//! A repository without `[cluster.NAME]` has one cluster: a node on this
//! machine, at `http://127.0.0.1:7700`.

use crate::diagnostic::Diagnostic;

pub(crate) const CODE: &str = "VM0030";

pub(crate) fn diagnostic() -> Diagnostic {
    Diagnostic::error(CODE, "there is no `vimana.toml` at the root of the repository").help(
        "write a `vimana.toml` that names the workspace:\n\
         [workspace]\n\
         name = \"acme\"\n\
         domain = \"example.com\"",
    )
}
