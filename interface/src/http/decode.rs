//! Percent-decoding, without allocation where nothing is encoded.

use std::borrow::Cow;
use std::cmp::Ordering;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What the path of an example request needs encoded.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

pub(super) fn encode(segment: &str) -> Cow<'_, str> {
    utf8_percent_encode(segment, PATH).into()
}

/// The offset of a `%` that two hexadecimal digits do not follow.
pub(super) fn malformed_escape(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().find_map(|(index, byte)| {
        let well_formed = *byte != b'%'
            || bytes
                .get(index + 1..index + 3)
                .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit));
        (!well_formed).then_some(index)
    })
}

/// All of it decoded; none where the bytes are no UTF-8.
pub(super) fn segment(text: &str) -> Option<String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(decoded) => Some(decoded.into_owned()),
        Err(_) => None,
    }
}

/// Decoded but for the slash, which would otherwise look like one that separates
/// segments; none where the bytes are no UTF-8.
pub(super) fn segments(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("%2").filter(|_| !rest.is_empty()) {
        let end = rest.len().min(at + 3);
        let (before, escape) = (&rest.as_bytes()[..at], &rest.as_bytes()[at..end]);
        bytes.extend(percent_encoding::percent_decode(before));
        if matches!(escape, b"%2F" | b"%2f") {
            bytes.extend_from_slice(escape);
        } else {
            bytes.extend(percent_encoding::percent_decode(escape));
        }
        // A multi-byte character may follow a broken escape; it is no part of it.
        let next = (end..=rest.len()).find(|index| rest.is_char_boundary(*index));
        if let Some(next) = next.filter(|next| *next != end) {
            bytes.extend_from_slice(&rest.as_bytes()[end..next]);
        }
        rest = &rest[next.unwrap_or(rest.len())..];
    }
    bytes.extend(percent_decode_str(rest));
    String::from_utf8(bytes).ok()
}

/// How the decoded form of `encoded` compares to `plain`, byte by byte.
pub(super) fn compare(encoded: &str, plain: &str) -> Ordering {
    if !encoded.contains('%') {
        return encoded.cmp(plain);
    }
    percent_decode_str(encoded).cmp(plain.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_stays_encoded_in_several_segments_only() {
        assert_eq!(segment("a%2Fb%20c").as_deref(), Some("a/b c"));
        assert_eq!(
            segments("a%2Fb%2f%20c/d%2").as_deref(),
            Some("a%2Fb%2f c/d%2")
        );
        assert_eq!(segments("%2é%C3%A9").as_deref(), Some("%2éé"));
        assert_eq!(segments("%FF"), None);
    }

    #[test]
    fn a_comparison_decodes() {
        assert_eq!(compare("sh%65lf", "shelf"), Ordering::Equal);
        assert_eq!(compare("b", "a"), Ordering::Greater);
        assert_eq!(compare("%61", "b"), Ordering::Less);
    }
}
