//! JSON as text (RFC 8259), read once from its beginning to its end: a reader asks
//! for what it expects, and nothing is built that is not a part of the message.

use std::borrow::Cow;

use super::super::RECURSION_LIMIT;
use super::super::error::{CodecError, CodecErrorKind as Kind};

/// A place in JSON text.
#[derive(Clone)]
pub(in super::super) struct Text<'t> {
    text: &'t str,
    at: usize,
}

/// A value as far as its first characters tell. A scalar is complete; of an array or
/// object nothing is read yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Token<'t> {
    Null,
    Bool(bool),
    /// The number as it is written.
    Number(&'t str),
    String(Cow<'t, str>),
    Array,
    Object,
}

impl Token<'_> {
    pub(in super::super) const fn describe(&self) -> &'static str {
        match self {
            Token::Null => "`null`",
            Token::Bool(_) => "a boolean",
            Token::Number(_) => "a number",
            Token::String(_) => "a string",
            Token::Array => "an array",
            Token::Object => "an object",
        }
    }
}

impl<'t> Text<'t> {
    pub(in super::super) fn new(json: &'t [u8]) -> Result<Self, CodecError> {
        match str::from_utf8(json) {
            Ok(text) => Ok(Text { text, at: 0 }),
            Err(error) => {
                let valid = json.get(..error.valid_up_to()).unwrap_or_default();
                let text = str::from_utf8(valid).unwrap_or_default();
                let at = text.len();
                Err(Text { text, at }.wrong("text that is no UTF-8"))
            }
        }
    }

    /// Makes sure that nothing follows.
    pub(in super::super) fn end(mut self) -> Result<(), CodecError> {
        match self.first() {
            None => Ok(()),
            Some(_) => Err(self.wrong("more text behind the value")),
        }
    }

    /// Whether the next value is `null`.
    pub(in super::super) fn is_null(&mut self) -> bool {
        self.first() == Some(b'n')
    }

    /// The next value, as far as [`Token`] says.
    pub(in super::super) fn token(&mut self) -> Result<Token<'t>, CodecError> {
        match self.first() {
            Some(b'"') => self.string().map(Token::String),
            Some(b'{') => Ok(Token::Object),
            Some(b'[') => Ok(Token::Array),
            Some(b'n') => self.word("null", Token::Null),
            Some(b't') => self.word("true", Token::Bool(true)),
            Some(b'f') => self.word("false", Token::Bool(false)),
            Some(b'-' | b'0'..=b'9') => self.number().map(Token::Number),
            Some(_) => Err(self.wrong("a character that begins no value")),
            None => Err(self.wrong("the end where a value should be")),
        }
    }

    /// Reads an object: `member` reads the value behind each name.
    pub(super) fn members(
        &mut self,
        mut member: impl FnMut(&mut Self, Cow<'t, str>) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        self.at += 1;
        if self.first() == Some(b'}') {
            self.at += 1;
            return Ok(());
        }
        loop {
            if self.first() != Some(b'"') {
                return Err(self.wrong("no name where an object's member should be"));
            }
            let name = self.string()?;
            if self.first() != Some(b':') {
                return Err(self.wrong("no `:` behind a name"));
            }
            self.at += 1;
            member(self, name)?;
            match self.first() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.wrong("neither `,` nor `}` behind a member")),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Reads an array: `item` reads each value.
    pub(super) fn items(
        &mut self,
        mut item: impl FnMut(&mut Self, usize) -> Result<(), CodecError>,
    ) -> Result<(), CodecError> {
        self.at += 1;
        if self.first() == Some(b']') {
            self.at += 1;
            return Ok(());
        }
        for index in 0.. {
            item(self, index)?;
            match self.first() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.wrong("neither `,` nor `]` behind an item")),
            }
        }
        self.at += 1;
        Ok(())
    }

    /// Passes over a value.
    pub(super) fn skip(&mut self) -> Result<(), CodecError> {
        self.skip_at(0)
    }

    fn skip_at(&mut self, depth: usize) -> Result<(), CodecError> {
        if depth > RECURSION_LIMIT {
            return Err(Kind::TooDeep.into());
        }
        match self.token()? {
            Token::Array => self.items(|text, _| text.skip_at(depth + 1)),
            Token::Object => self.members(|text, _| text.skip_at(depth + 1)),
            _ => Ok(()),
        }
    }

    /// Passes over a value, which is returned as it is written.
    pub(super) fn raw(&mut self) -> Result<&'t str, CodecError> {
        self.first();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// The next byte behind white space.
    fn first(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn word(&mut self, word: &str, token: Token<'t>) -> Result<Token<'t>, CodecError> {
        if !self.text[self.at..].starts_with(word) {
            return Err(self.wrong("a word other than `null`, `true` and `false`"));
        }
        self.at += word.len();
        Ok(token)
    }

    fn number(&mut self) -> Result<&'t str, CodecError> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        let digits = |mut at: usize| {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        let mut at = start + usize::from(bytes[start] == b'-');
        let whole = at;
        at = digits(at);
        let leading_zero = bytes.get(whole) == Some(&b'0') && at > whole + 1;
        let mut is_number = at > whole && !leading_zero;
        if bytes.get(at) == Some(&b'.') {
            let end = digits(at + 1);
            is_number &= end > at + 1;
            at = end;
        }
        if let Some(b'e' | b'E') = bytes.get(at) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let end = digits(at);
            is_number &= end > at;
            at = end;
        }
        if !is_number {
            return Err(self.wrong("what is no number"));
        }
        self.at = at;
        Ok(&self.text[start..at])
    }

    /// A string, which is borrowed where nothing in it is escaped.
    fn string(&mut self) -> Result<Cow<'t, str>, CodecError> {
        let text = self.text;
        let bytes = text.as_bytes();
        let start = self.at + 1;
        let mut at = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(Cow::Borrowed(&text[start..at]));
                }
                Some(b'\\') => break,
                Some(0..0x20) => return Err(self.wrong("a control character in a string")),
                Some(_) => at += 1,
                None => return Err(self.wrong("a string without an end")),
            }
        }
        let mut unescaped = String::with_capacity(at - start + 16);
        let mut plain = start;
        loop {
            match bytes.get(at) {
                Some(b'"') => {
                    unescaped.push_str(&text[plain..at]);
                    self.at = at + 1;
                    return Ok(Cow::Owned(unescaped));
                }
                Some(b'\\') => {
                    unescaped.push_str(&text[plain..at]);
                    let Some((char, end)) = escape(bytes, at) else {
                        return Err(self.wrong("an escape that JSON does not have in a string"));
                    };
                    unescaped.push(char);
                    (at, plain) = (end, end);
                }
                Some(0..0x20) => return Err(self.wrong("a control character in a string")),
                Some(_) => at += 1,
                None => return Err(self.wrong("a string without an end")),
            }
        }
    }

    /// What stands here is no JSON.
    fn wrong(&self, found: &'static str) -> CodecError {
        let before = &self.text[..self.at];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        CodecError::new(Kind::Syntax {
            found,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        })
    }
}

/// The character that the escape at `at` stands for, and where the escape ends.
/// Surrogates (RFC 8259, section 7) stand in pairs.
fn escape(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let end = at + 2;
    let char = match bytes.get(at + 1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let first = hex(bytes, end)?;
            let end = end + 4;
            if !(0xd800..0xdc00).contains(&first) {
                return Some((char::from_u32(first)?, end));
            }
            if bytes.get(end..end + 2)? != b"\\u" {
                return None;
            }
            let second = hex(bytes, end + 2)?
                .checked_sub(0xdc00)
                .filter(|low| *low < 0x400)?;
            let char = char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + second)?;
            return Some((char, end + 6));
        }
        _ => return None,
    };
    Some((char, end))
}

fn hex(bytes: &[u8], at: usize) -> Option<u32> {
    let digits = bytes.get(at..at + 4)?;
    digits.iter().try_fold(0, |value, digit| {
        Some((value << 4) + char::from(*digit).to_digit(16)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(json: &str) -> Result<Token<'_>, String> {
        let mut text = Text::new(json.as_bytes()).map_err(|error| error.to_string())?;
        let token = text.token().map_err(|error| error.to_string())?;
        if !matches!(token, Token::Array | Token::Object) {
            text.end().map_err(|error| error.to_string())?;
        }
        Ok(token)
    }

    fn skip(json: &str) -> Result<(), CodecError> {
        let mut text = Text::new(json.as_bytes())?;
        text.skip()?;
        text.end()
    }

    #[test]
    fn scalars_are_read_as_they_are_written() {
        assert_eq!(token(" null "), Ok(Token::Null));
        assert_eq!(token("true"), Ok(Token::Bool(true)));
        assert_eq!(token("-0.5e+7"), Ok(Token::Number("-0.5e+7")));
        let string = |text: &'static str| Ok(Token::String(text.into()));
        assert_eq!(token("\"plain é\""), string("plain é"));
        assert_eq!(
            token(r#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00x""#),
            string("\"\\/\u{8}\u{c}\n\r\té😀x")
        );
    }

    #[test]
    fn what_serde_refuses_is_refused_and_the_rest_is_not() {
        for json in [
            "",
            " ",
            "nul",
            "truE",
            "+1",
            "01",
            "-",
            "-01",
            "1.",
            ".5",
            "1e",
            "1e+",
            "0x1",
            "\"",
            "\"\\",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\n\"",
            "[",
            "[1",
            "[1,",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{",
            "{\"a\"",
            "{\"a\":",
            "{\"a\":1",
            "{\"a\":1,}",
            "{a:1}",
            "{\"a\" 1}",
            "{,}",
            "1 1",
            "[] []",
            "'a'",
            "\u{feff}1",
            "NaN",
            "Infinity",
            "/**/1",
            "{\"a\":}",
            "[}",
            "{]",
            "0",
            "-0",
            "10",
            "1.50",
            "1E400",
            "[]",
            "{}",
            "[ ]",
            "{ }",
            "[[],{}]",
            "{\"a\":[1,\"b\",null]}",
            "\"\\ud83d\\ude00\"",
            "\"\u{7f}\"",
        ] {
            let theirs: Result<serde::de::IgnoredAny, _> = serde_json::from_str(json);
            assert_eq!(skip(json).is_ok(), theirs.is_ok(), "{json}");
        }
        // Half a pair: serde minds it where it makes text of it, and only there.
        for json in ["\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\""] {
            assert!(serde_json::from_str::<String>(json).is_err(), "{json}");
            assert!(skip(json).is_err(), "{json}");
        }
    }

    #[test]
    fn an_error_says_where_it_is() {
        assert_eq!(
            skip("{\"é\":\n [1 2]}").unwrap_err().to_string(),
            "the JSON is invalid: neither `,` nor `]` behind an item at line 2 column 5"
        );
        let error = Text::new(b"[\xff").err().unwrap();
        assert_eq!(
            error.to_string(),
            "the JSON is invalid: text that is no UTF-8 at line 1 column 2"
        );
    }

    #[test]
    fn nesting_has_an_end() {
        let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        skip(&deep(100)).unwrap();
        assert_eq!(skip(&deep(100_000)).unwrap_err().kind(), &Kind::TooDeep);
    }
}
