use std::ops::Range;

use super::end_of_line;

/// The comments from `#`, outside of quotes and block scalars
/// (<https://yaml.org/spec/1.2.2/#66-comments>).
pub(super) fn comments(text: &str) -> Vec<Range<usize>> {
    let mut scanner = Scanner {
        text,
        at: 0,
        flow: 0,
        may_begin: true,
        comments: Vec::new(),
    };
    while let Some(byte) = scanner.byte(0) {
        scanner.step(byte);
    }
    scanner.comments
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    /// How many brackets and braces are open.
    flow: usize,
    /// Whether a value may begin here: a quote within a plain one is a letter.
    may_begin: bool,
    comments: Vec<Range<usize>>,
}

impl Scanner<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.at + ahead).copied()
    }

    fn is_before_space(&self) -> bool {
        self.byte(1).is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn is_behind_space(&self) -> bool {
        let before = self.at.checked_sub(1).map(|at| self.text.as_bytes()[at]);
        before.is_none_or(|byte| byte.is_ascii_whitespace())
    }

    fn step(&mut self, byte: u8) {
        match byte {
            b'#' if self.is_behind_space() => {
                let end = end_of_line(self.text, self.at);
                self.comments.push(self.at..end);
                self.at = end;
                return;
            }
            b'"' if self.may_begin => return self.double_quoted(),
            b'\'' if self.may_begin => return self.single_quoted(),
            b'|' | b'>' if self.may_begin && self.flow == 0 => return self.block(),
            b'\n' => self.may_begin = true,
            b' ' | b'\t' | b'\r' => {}
            b'-' | b'?' if self.may_begin && self.is_before_space() => {}
            b':' if self.flow > 0 || self.is_before_space() => self.may_begin = true,
            b'[' | b'{' if self.may_begin => self.flow += 1,
            b']' | b'}' if self.flow > 0 => {
                self.flow -= 1;
                self.may_begin = false;
            }
            b',' if self.flow > 0 => self.may_begin = true,
            b'&' | b'!' if self.may_begin => {
                while self.byte(1).is_some_and(|byte| !byte.is_ascii_whitespace()) {
                    self.at += 1;
                }
            }
            _ => self.may_begin = false,
        }
        self.at += 1;
    }

    fn double_quoted(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        self.close();
    }

    fn single_quoted(&mut self) {
        self.at += 1;
        while let Some(byte) = self.byte(0) {
            let is_escape = byte == b'\'' && self.byte(1) == Some(b'\'');
            self.at += if is_escape { 2 } else { 1 };
            if byte == b'\'' && !is_escape {
                break;
            }
        }
        self.close();
    }

    fn close(&mut self) {
        self.at = self.at.min(self.text.len());
        self.may_begin = false;
    }

    /// A block scalar: its header, which may end in a comment, and the lines
    /// that are indented more than what it belongs to.
    fn block(&mut self) {
        let outer = self.indentation_of_block();
        let end = end_of_line(self.text, self.at);
        let header = &self.text[self.at..end];
        let digit = header
            .bytes()
            .take(3)
            .find(u8::is_ascii_digit)
            .map(|digit| usize::from(digit - b'0'));
        if let Some(mark) = header.find(" #") {
            self.comments.push(self.at + mark + 1..end);
        }
        self.at = end;
        let mut inner = digit.map(|digit| (outer.unwrap_or(0) + digit).max(1));
        while self.at < self.text.len() {
            let line = &self.text[self.at + 1..end_of_line(self.text, self.at + 1)];
            let content = line.trim_start_matches(' ');
            let indentation = line.len() - content.len();
            if !content.trim().is_empty() {
                let least = outer.map_or(0, |outer| outer + 1);
                let inner = *inner.get_or_insert(indentation.max(least));
                if indentation < inner {
                    break;
                }
            }
            self.at += 1 + line.len();
        }
        self.may_begin = true;
    }

    /// The column of the key or dash that the block scalar here belongs to; none
    /// where it is the document itself.
    fn indentation_of_block(&self) -> Option<usize> {
        let start = self.text[..self.at].rfind('\n').map_or(0, |at| at + 1);
        let line = &self.text[start..self.at];
        let mut column = line.len() - line.trim_start_matches(' ').len();
        let mut dash = None;
        while line[column..].starts_with("- ") {
            dash = Some(column);
            let rest = line[column + 1..].trim_start_matches(' ');
            column = line.len() - rest.len();
        }
        if line[column..].contains(':') {
            Some(column)
        } else {
            dash
        }
    }
}
