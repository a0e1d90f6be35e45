use std::ops::Range;

use super::end_of_line;

/// The comments from `#`, outside of strings (<https://toml.io/en/v1.0.0#string>).
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut comments = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'#' => {
                let end = end_of_line(text, at);
                comments.push(at..end);
                at = end;
            }
            quote @ (b'"' | b'\'') => at = end_of_string(bytes, at, quote),
            _ => at += 1,
        }
    }
    comments
}

/// Behind the string that begins at `start`. Only one in double quotes has
/// escapes, only one in three quotes has lines.
fn end_of_string(bytes: &[u8], start: usize, quote: u8) -> usize {
    let triple = [quote; 3];
    let is_long = bytes[start..].starts_with(&triple);
    let mut at = start + if is_long { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 2,
            b'\n' if !is_long => return at,
            byte if byte == quote && !is_long => return at + 1,
            _ if is_long && bytes[at..].starts_with(&triple) => {
                // Up to two quotes may stand before the closing three.
                let quotes = bytes[at..].iter().take_while(|byte| **byte == quote);
                return at + quotes.count().min(5);
            }
            _ => at += 1,
        }
    }
    bytes.len()
}
