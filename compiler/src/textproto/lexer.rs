use std::ops::Range;

use super::error::{SyntaxError, SyntaxErrorKind, SyntaxErrors};
use super::literal;

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// Spaces, tabs and line breaks.
    Whitespace,
    /// From `#` to the end of the line.
    Comment,
    /// A name: `regional`, `LATENCY`, `true`.
    Identifier,
    /// A decimal, octal or hexadecimal number: `90`, `0644`, `0xff`.
    Integer,
    /// A number with a point, an exponent or a suffix: `0.5`, `1e3`, `2f`.
    Float,
    /// One literal in single or double quotes.
    String,
    /// One of `{ } < > [ ] : , ; . / -`.
    Punctuation(u8),
    /// What begins like a number and is none; an error was reported.
    BadNumber,
    /// A string without its closing quote, or with an invalid escape; an error
    /// was reported.
    BadString,
    /// A character that stands for nothing outside of strings and comments.
    Unknown,
    /// The end of the text.
    End,
}

impl TokenKind {
    /// Whether it stands between the tokens that have a meaning.
    #[must_use]
    pub const fn is_trivia(self) -> bool {
        matches!(self, Self::Whitespace | Self::Comment)
    }
}

/// A piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The tokens of `text`, without gaps; [`TokenKind::End`] is the last.
pub(super) fn tokenize(text: &str) -> (Vec<Token>, SyntaxErrors) {
    let mut lexer = Lexer {
        text,
        at: 0,
        errors: SyntaxErrors::default(),
    };
    let mut tokens = Vec::new();
    loop {
        let start = lexer.at;
        let kind = lexer.next();
        let is_end = kind == TokenKind::End;
        tokens.push(Token {
            kind,
            range: start..lexer.at,
        });
        if is_end {
            return (tokens, lexer.errors);
        }
    }
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    errors: SyntaxErrors,
}

impl Lexer<'_> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn skip_while(&mut self, mut holds: impl FnMut(u8) -> bool) {
        while self.peek(0).is_some_and(&mut holds) {
            self.at += 1;
        }
    }

    fn next(&mut self) -> TokenKind {
        let Some(byte) = self.peek(0) else {
            return TokenKind::End;
        };
        // A byte order mark is no part of the format, but editors write one.
        if self.at == 0 && self.text.starts_with('\u{feff}') {
            self.at += '\u{feff}'.len_utf8();
            return TokenKind::Whitespace;
        }
        match byte {
            byte if is_space(byte) => {
                self.skip_while(is_space);
                TokenKind::Whitespace
            }
            b'#' => {
                self.skip_while(|byte| byte != b'\n');
                TokenKind::Comment
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => {
                self.skip_while(is_word);
                TokenKind::Identifier
            }
            b'0'..=b'9' => self.number(),
            b'.' if self.peek(1).is_some_and(|next| next.is_ascii_digit()) => self.number(),
            b'"' | b'\'' => self.string(byte),
            b'{' | b'}' | b'<' | b'>' | b'[' | b']' | b':' | b',' | b';' | b'.' | b'/' | b'-' => {
                self.at += 1;
                TokenKind::Punctuation(byte)
            }
            _ => {
                let character = self.text[self.at..].chars().next();
                self.at += character.map_or(1, char::len_utf8);
                TokenKind::Unknown
            }
        }
    }

    /// Takes all that a number could consist of, so that `1.0.0` is one mistake
    /// and not two numbers.
    fn number(&mut self) -> TokenKind {
        let start = self.at;
        let mut before = b'0';
        let is_hex = self.text[start..].starts_with("0x") || self.text[start..].starts_with("0X");
        self.skip_while(|byte| {
            let is_exponent_sign =
                !is_hex && matches!(byte, b'+' | b'-') && matches!(before, b'e' | b'E');
            before = byte;
            is_word(byte) || byte == b'.' || is_exponent_sign
        });
        let text = &self.text[start..self.at];
        match literal::classify_number(text) {
            Some(literal::Number::Integer) => TokenKind::Integer,
            Some(literal::Number::Float) => TokenKind::Float,
            None => {
                self.errors.push(SyntaxError::new(
                    start..self.at,
                    SyntaxErrorKind::BadNumber {
                        found: text.to_owned(),
                    },
                ));
                TokenKind::BadNumber
            }
        }
    }

    fn string(&mut self, quote: u8) -> TokenKind {
        let start = self.at;
        self.at += 1;
        loop {
            match self.peek(0) {
                Some(byte) if byte == quote => break,
                Some(b'\\') if self.peek(1).is_some_and(|next| next != b'\n') => self.at += 2,
                Some(b'\n') | None => return self.unterminated(start, quote),
                Some(_) => self.at += 1,
            }
        }
        self.at += 1;
        let (_, bad) = literal::unescape(&self.text[start + 1..self.at - 1]);
        if bad.is_empty() {
            return TokenKind::String;
        }
        for (range, kind) in bad {
            let range = start + 1 + range.start..start + 1 + range.end;
            self.errors.push(SyntaxError::new(range, kind));
        }
        TokenKind::BadString
    }

    fn unterminated(&mut self, start: usize, quote: u8) -> TokenKind {
        // The step over a backslash may have ended within a character.
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        self.errors.push(SyntaxError::new(
            start..self.at,
            SyntaxErrorKind::UnterminatedString {
                quote: char::from(quote),
            },
        ));
        TokenKind::BadString
    }
}

fn is_space(byte: u8) -> bool {
    // Vertical tab and form feed are whitespace in the format.
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}
