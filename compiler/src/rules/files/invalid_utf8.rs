//! # Invalid UTF-8
//!
//! A configuration file is not in UTF-8. The line and column are those of the first
//! byte that belongs to no character. An editor that writes Latin-1 or UTF-16 makes
//! such a file.
//!
//! ## Why
//!
//! Protobuf, TOML and YAML are defined over Unicode, and UTF-8 is the one encoding
//! that vimana reads. To guess another one would turn text silently into other text.
//!
//! ## Wrong
//!
//! `é` is the one byte `0xe9`:
//!
//! ```console
//! $ file service.txtpb
//! service.txtpb: ISO-8859 text
//! ```
//!
//! ## Right
//!
//! ```console
//! $ iconv -f ISO-8859-1 -t UTF-8 service.txtpb > new && mv new service.txtpb
//! $ file service.txtpb
//! service.txtpb: Unicode text, UTF-8 text
//! ```

use std::str::Utf8Error;

use crate::diagnostic::{Diagnostic, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::required("VM0002");

pub(crate) fn diagnostic(path: &RepoPath, bytes: &[u8], error: Utf8Error) -> Diagnostic {
    let at = error.valid_up_to();
    let end = at + error.error_len().unwrap_or(bytes.len() - at);
    let found = bytes.get(at).copied().unwrap_or_default();
    let diagnostic = RULE
        .diagnostic(format!("`{path}` is not valid UTF-8"))
        .at(
            Span::new(path.clone(), at..end),
            format!("the byte `0x{found:02x}` belongs to no character"),
        )
        .help("save the file as UTF-8");
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => diagnostic.note("it looks like UTF-16"),
        _ => diagnostic,
    }
}
