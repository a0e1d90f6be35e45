use std::ops::Range;

use super::end_of_line;

/// The comments from `//`; those between `/*` and `*/` do not end with a line.
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes[at..].starts_with(b"//") => {
                let end = end_of_line(text, at);
                comments.push(at..end);
                at = end;
            }
            b'/' if bytes[at..].starts_with(b"/*") => {
                let inside = at + 2;
                at = text[inside..]
                    .find("*/")
                    .map_or(bytes.len(), |length| inside + length + 2);
            }
            quote @ (b'"' | b'\'') => at = end_of_string(bytes, at + 1, quote),
            _ => at += 1,
        }
    }
    comments
}

/// Behind the string whose inside begins at `at`; a line break ends it too.
fn end_of_string(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() && bytes[at] != b'\n' {
        match bytes[at] {
            b'\\' if bytes.get(at + 1) != Some(&b'\n') => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}
