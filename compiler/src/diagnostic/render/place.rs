use crate::diagnostic::{LineColumn, SourceFiles, Span};

/// The lines and columns of a span, moved into the text where it lies outside.
#[derive(Debug, Clone, Copy)]
pub(super) struct Region {
    pub(super) start: LineColumn,
    /// Behind the last character.
    pub(super) end: LineColumn,
}

/// None where the file is no text, or was not read.
pub(super) fn region(span: &Span, files: &SourceFiles) -> Option<Region> {
    let file = files.get(&span.file).filter(|file| !file.is_binary())?;
    let range = file.clamp(&span.range);
    Some(Region {
        start: file.line_column(range.start),
        end: file.line_column(range.end),
    })
}

/// The URL path of a file: what is no letter, digit or `-._~/` is escaped.
pub(super) fn uri(path: &str) -> String {
    use std::fmt::Write as _;
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
