//! What numbers and strings stand for.

use std::ops::Range;

use super::error::SyntaxErrorKind;

/// What a number is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Integer,
    Float,
}

/// What the number `text` is, if it is one.
pub(super) fn classify_number(text: &str) -> Option<Number> {
    if integer(text).is_some() {
        return Some(Number::Integer);
    }
    let body = text.strip_suffix(['f', 'F']).unwrap_or(text);
    let has_suffix = body.len() < text.len();
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is_exponent = |text: &str| {
        let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
        !digits.is_empty() && are_digits(digits)
    };
    // `dec_lit`: no leading zero, but for zero itself.
    let is_whole = are_digits(whole) && (whole.len() <= 1 || !whole.starts_with('0'));
    let is_number = is_whole
        && fraction.is_none_or(are_digits)
        && (!whole.is_empty() || fraction.is_some_and(|fraction| !fraction.is_empty()))
        && exponent.is_none_or(is_exponent)
        && (has_suffix || fraction.is_some() || exponent.is_some());
    is_number.then_some(Number::Float)
}

/// An integer as it is written: its base and its digits.
pub(super) struct Integer<'t> {
    pub(super) base: u32,
    digits: &'t str,
}

impl Integer<'_> {
    /// The value; none where it has more than 64 bits.
    pub(super) fn value(&self) -> Option<u64> {
        u64::from_str_radix(self.digits, self.base).ok()
    }
}

/// The integer that `text` spells, if it is one.
pub(super) fn integer(text: &str) -> Option<Integer<'_>> {
    let (base, digits) = match text.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &text[2..]),
        [b'0', _, ..] => (8, &text[1..]),
        _ => (10, text),
    };
    let are_digits = digits.chars().all(|digit| digit.is_digit(base));
    (are_digits && !digits.is_empty()).then_some(Integer { base, digits })
}

/// Whether `name` is one of a number, the only ones that may bear a sign.
pub(super) fn is_signed_name(name: &str) -> bool {
    ["inf", "infinity", "nan"]
        .iter()
        .any(|known| name.eq_ignore_ascii_case(known))
}

/// A sequence that is no escape, by its place in the text.
pub(super) type BadEscape = (Range<usize>, SyntaxErrorKind);

/// The bytes that the inside of a string literal stands for.
pub(super) fn unescape(text: &str) -> (Vec<u8>, Vec<BadEscape>) {
    let bytes = text.as_bytes();
    let mut value = Vec::with_capacity(bytes.len());
    let mut bad = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'\\' {
            value.push(*byte);
            at += 1;
            continue;
        }
        match escape(text, at) {
            Escape::Byte(byte, length) => {
                value.push(byte);
                at += length;
            }
            Escape::Character(character, length) => {
                value.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += length;
            }
            Escape::NoCharacter(length) => {
                let escape = text[at..at + length].to_owned();
                bad.push((at..at + length, SyntaxErrorKind::NoCharacter { escape }));
                at += length;
            }
            Escape::Bad(length) => {
                let escape = text[at..at + length].to_owned();
                bad.push((at..at + length, SyntaxErrorKind::BadEscape { escape }));
                at += length;
            }
        }
    }
    (value, bad)
}

/// For each byte that the inside of a string literal stands for, the bytes of the
/// text that do so.
pub(super) fn places(text: &str) -> Vec<Range<usize>> {
    let mut places = Vec::with_capacity(text.len());
    let mut at = 0;
    while let Some(byte) = text.as_bytes().get(at) {
        let (count, length) = match *byte {
            b'\\' => match escape(text, at) {
                Escape::Byte(_, length) => (1, length),
                Escape::Character(character, length) => (character.len_utf8(), length),
                Escape::NoCharacter(length) | Escape::Bad(length) => (0, length),
            },
            _ => (1, 1),
        };
        places.extend(std::iter::repeat_n(at..at + length, count));
        at += length;
    }
    places
}

/// An escape sequence and its length.
enum Escape {
    Byte(u8, usize),
    Character(char, usize),
    NoCharacter(usize),
    Bad(usize),
}

/// The escape sequence at the backslash `at`.
fn escape(text: &str, at: usize) -> Escape {
    let rest = &text[at + 1..];
    let Some(kind) = rest.chars().next() else {
        return Escape::Bad(1);
    };
    let simple = match kind {
        'a' => Some(0x07),
        'b' => Some(0x08),
        'f' => Some(0x0c),
        'n' => Some(b'\n'),
        'r' => Some(b'\r'),
        't' => Some(b'\t'),
        'v' => Some(0x0b),
        '?' => Some(b'?'),
        '\\' => Some(b'\\'),
        '\'' => Some(b'\''),
        '"' => Some(b'"'),
        _ => None,
    };
    if let Some(byte) = simple {
        return Escape::Byte(byte, 2);
    }
    match kind {
        '0'..='7' => {
            let (value, digits) = digits(rest, 8, 3);
            // `\400` and up is more than a byte.
            u8::try_from(value).map_or(Escape::Bad(1 + digits), |byte| {
                Escape::Byte(byte, 1 + digits)
            })
        }
        'x' | 'X' => match digits(&rest[1..], 16, 2) {
            (_, 0) => Escape::Bad(2),
            (value, digits) => u8::try_from(value).map_or(Escape::Bad(2 + digits), |byte| {
                Escape::Byte(byte, 2 + digits)
            }),
        },
        'u' => unicode(rest),
        'U' => match digits(&rest[1..], 16, 8) {
            (value, 8) => {
                char::from_u32(value).map_or(Escape::NoCharacter(10), |c| Escape::Character(c, 10))
            }
            (_, digits) => Escape::Bad(2 + digits),
        },
        other => Escape::Bad(1 + other.len_utf8()),
    }
}

/// `uXXXX`, or two of them that are a pair of surrogates.
fn unicode(rest: &str) -> Escape {
    const LENGTH: usize = "\\uXXXX".len();
    let (high, 4) = digits(&rest[1..], 16, 4) else {
        return Escape::Bad(2 + digits(&rest[1..], 16, 4).1);
    };
    if let Some(character) = char::from_u32(high) {
        return Escape::Character(character, LENGTH);
    }
    let low = rest[LENGTH - 1..]
        .strip_prefix("\\u")
        .map(|low| digits(low, 16, 4))
        .and_then(|(low, count)| (count == 4).then_some(low));
    let pair = low.filter(|low| (0xd800..0xdc00).contains(&high) && (0xdc00..0xe000).contains(low));
    pair.and_then(|low| char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00)))
        .map_or(Escape::NoCharacter(LENGTH), |character| {
            Escape::Character(character, 2 * LENGTH)
        })
}

/// The value of the digits at the beginning of `text`, at most `most`, and how
/// many there are.
fn digits(text: &str, base: u32, most: usize) -> (u32, usize) {
    let digits = text.chars().take(most).map_while(|c| c.to_digit(base));
    digits.fold((0, 0), |(value, count), digit| {
        (value * base + digit, count + 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_told_from_what_looks_like_them() {
        for text in ["0", "10", "0644", "0xFf", "0X1"] {
            assert_eq!(classify_number(text), Some(Number::Integer), "{text}");
        }
        for text in [
            "1.", ".5", "0.5", "1e3", "1E+3", "1.5e-3", "2f", "2.F", "0f", "0e0",
        ] {
            assert_eq!(classify_number(text), Some(Number::Float), "{text}");
        }
        for text in [
            "1.0.0", "08", "0x", "0xg", "1e", "1e+", "12ab", "00.5", "1_000", ".", ".f",
        ] {
            assert_eq!(classify_number(text), None, "{text}");
        }
    }

    #[test]
    fn every_escape_stands_for_its_bytes() {
        let text = r#"\a\b\f\n\r\t\v\?\\\'\"\0\101\x41\xA\u00e9\U0001F600\uD83D\uDE00é"#;
        let (value, bad) = unescape(text);
        assert_eq!(bad, []);
        let mut expected = b"\x07\x08\x0c\n\r\t\x0b?\\'\"\0AA\n".to_vec();
        expected.extend_from_slice("é😀😀é".as_bytes());
        assert_eq!(value, expected);
    }

    #[test]
    fn a_sequence_that_is_no_escape_is_found() {
        for text in [
            r"\q",
            r"\x",
            r"\u12",
            r"\U0001F60",
            r"\400",
            r"\ud800",
            r"\ud800\u0041",
            r"\udc00",
            r"\U00110000",
            "\\é",
            "\\",
        ] {
            let (_, bad) = unescape(text);
            assert_eq!(bad.first().map(|(range, _)| range.start), Some(0), "{text}");
        }
    }
}
