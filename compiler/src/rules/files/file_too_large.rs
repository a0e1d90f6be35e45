//! # File too large
//!
//! A file is larger than what vimana reads: 4 MiB for a text, such as a `.proto`
//! file, and 64 MiB for a component or the program of a vpod. The size is taken from
//! the file system, before anything is read.
//!
//! ## Why
//!
//! A file of that size is mostly there by mistake: a component built with debug
//! information, an archive or a disk image under the name of a component, a log
//! under the name of a text. To read it would cost every check the memory.
//!
//! ## Wrong
//!
//! ```console
//! $ ls -lh greeter/
//! 200M greeter-1.0.0.wasm
//! ```
//!
//! ## Right
//!
//! ```console
//! $ wasm-tools strip --all greeter-1.0.0.wasm -o greeter-1.0.0.wasm
//! $ ls -lh greeter/
//! 2.1M greeter-1.0.0.wasm
//! ```

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0001");

pub(crate) fn diagnostic(path: &RepoPath, size: u64, limit: u64) -> Diagnostic {
    let message = format!(
        "`{path}` is too large: expected at most {}, found {}",
        bytes(limit),
        bytes(size)
    );
    let diagnostic = RULE
        .diagnostic(message)
        .at(Span::start_of(path.clone()), "");
    if path.extension() == Some("wasm") {
        diagnostic.help("leave out debug information: `wasm-tools strip --all`")
    } else {
        diagnostic.help("move it out of the repository, or name it in `.gitignore`")
    }
}

/// A size as people read it, never rounded to what it is not.
fn bytes(size: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    UNITS
        .iter()
        .find(|(_, unit)| size >= *unit && size.is_multiple_of(*unit))
        .map_or_else(
            || format!("{size} bytes"),
            |(name, unit)| format!("{} {name}", size / unit),
        )
}
