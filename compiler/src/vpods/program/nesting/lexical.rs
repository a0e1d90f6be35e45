//! The smaller parts of a text: blanks, comments, strings, numbers and names.

use super::Scan;

/// The line breaks that are no ASCII.
pub(super) const LINE_BREAKS: &[&str] = &["\u{2028}", "\u{2029}"];

/// The other blanks that are no ASCII, and those that an engine may take for one.
const BLANKS: &[&str] = &[
    "\u{85}", "\u{a0}", "\u{1680}", "\u{180e}", "\u{2000}", "\u{2001}", "\u{2002}", "\u{2003}",
    "\u{2004}", "\u{2005}", "\u{2006}", "\u{2007}", "\u{2008}", "\u{2009}", "\u{200a}", "\u{200b}",
    "\u{202f}", "\u{205f}", "\u{3000}", "\u{feff}",
];

impl Scan<'_> {
    pub(super) fn next_name_is(&self, names: &[&[u8]]) -> bool {
        let rest = &self.text[self.at..];
        let is_part = |byte: &u8| is_name(*byte) || byte.is_ascii_digit();
        let end = rest.iter().position(|byte| !is_part(byte));
        let name = &rest[..end.unwrap_or(rest.len())];
        names.contains(&name) || name.contains(&b'\\')
    }

    pub(super) fn next_is(&self, byte: u8) -> bool {
        let rest = self.text[self.at..].iter();
        let mut rest = rest.skip_while(|byte| byte.is_ascii_whitespace());
        rest.next() == Some(&byte)
    }

    pub(super) fn string(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.peek(0) {
            match byte {
                b'\\' if self.starts_with(b"\\\r\n") => self.at += 2,
                b'\\' => self.at += 1,
                // The parser gives up here: what follows does not matter.
                b'\n' | b'\r' => return,
                _ => {}
            }
            self.at += 1;
            if byte == quote {
                return;
            }
        }
    }

    /// The digits of a number. A base, an exponent and the like read as names,
    /// which are operands as well.
    pub(super) fn number(&mut self) {
        let is_octal = self.peek(0) == Some(b'0') && self.peek(1) != Some(b'.');
        let mut dots = usize::from(is_octal);
        while let Some(byte) = self.peek(0) {
            let is_point = byte == b'.' && dots == 0 && !self.peek(1).is_some_and(is_name);
            if !byte.is_ascii_digit() && byte != b'_' && !is_point {
                break;
            }
            dots += usize::from(is_point);
            self.at += 1;
        }
    }

    /// Skips a blank that is no ASCII, if one is here.
    pub(super) fn space(&mut self) -> bool {
        let Some(blank) = self.blank() else {
            return false;
        };
        self.at += blank.len();
        self.is_new_line |= LINE_BREAKS.contains(&blank);
        true
    }

    /// The blank that is no ASCII and is here.
    pub(super) fn blank(&self) -> Option<&'static str> {
        let mut blanks = LINE_BREAKS.iter().chain(BLANKS);
        blanks
            .find(|text| self.starts_with(text.as_bytes()))
            .copied()
    }

    pub(super) fn is_line_break(&self) -> bool {
        LINE_BREAKS
            .iter()
            .any(|text| self.starts_with(text.as_bytes()))
    }

    pub(super) fn skip_line(&mut self) {
        while let Some(byte) = self.peek(0) {
            if matches!(byte, b'\n' | b'\r') || byte >= 0x80 && self.is_line_break() {
                return;
            }
            self.at += 1;
        }
    }

    pub(super) fn skip_comment(&mut self) {
        self.at += 2;
        while let Some(byte) = self.peek(0) {
            if byte == b'*' && self.peek(1) == Some(b'/') {
                self.at += 2;
                return;
            }
            self.is_new_line |=
                matches!(byte, b'\n' | b'\r') || byte >= 0x80 && self.is_line_break();
            self.at += 1;
        }
    }

    pub(super) fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.get(self.at + ahead).copied()
    }

    pub(super) fn starts_with(&self, prefix: &[u8]) -> bool {
        self.text
            .get(self.at..)
            .is_some_and(|rest| rest.starts_with(prefix))
    }
}

/// Whether a name may begin with `byte`.
pub(super) const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'$' | b'\\' | b'#') || byte >= 0x80
}
