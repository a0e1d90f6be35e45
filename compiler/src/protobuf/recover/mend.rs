//! What to change so that the parser gets beyond an error.

use std::ops::Range;

use crate::protobuf::scan::{HEADS, Kind, Outline};
use crate::rules::nearest;

/// Bytes that become blanks, the first of them `text`.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// A change.
#[derive(Debug)]
pub(super) struct Mended {
    pub(super) edits: Vec<Edit>,
    /// Whether it was the syntax of the file that was wrong.
    pub(super) guesses_syntax: bool,
}

impl From<Vec<Edit>> for Mended {
    fn from(edits: Vec<Edit>) -> Self {
        Self {
            edits,
            guesses_syntax: false,
        }
    }
}

impl Edit {
    fn blank(range: Range<usize>) -> Vec<Self> {
        Self::write(range, "")
    }

    fn write(range: Range<usize>, text: &str) -> Vec<Self> {
        vec![Self {
            range,
            text: text.to_owned(),
        }]
    }
}

/// The change that gets the parser beyond the error `message` at `place`, and
/// leaves as much of the rest as can be.
pub(super) fn mend(outline: &Outline<'_>, message: &str, place: &Range<usize>) -> Mended {
    let at = place.start;
    let is_stray = outline.stray.contains(&at);
    let Some(index) = outline.around(at) else {
        let edits = Edit::blank(if is_stray { at..at + 1 } else { place.clone() });
        return Mended::from(edits);
    };
    let mend = Mend { outline, index, at };
    if mend.is_syntax() {
        return Mended {
            edits: mend.guess_syntax(),
            guesses_syntax: true,
        };
    }
    let edits = mend
        .open_block(message)
        .or_else(|| is_stray.then(|| Edit::blank(at..at + 1)))
        .or_else(|| mend.close_blocks())
        .or_else(|| mend.reopen_block())
        .or_else(|| mend.by_indentation())
        .or_else(|| mend.head())
        .unwrap_or_else(|| mend.statement());
    Mended::from(edits)
}

struct Mend<'o, 't> {
    outline: &'o Outline<'t>,
    index: usize,
    at: usize,
}

impl Mend<'_, '_> {
    fn range(&self) -> Range<usize> {
        self.outline.declarations[self.index].range.clone()
    }

    /// The token before the error.
    fn before(&self) -> Option<usize> {
        let tokens = &self.outline.tokens;
        tokens
            .partition_point(|token| token.range.start < self.at)
            .checked_sub(1)
    }

    /// The declaration that says which syntax the file has.
    fn is_syntax(&self) -> bool {
        let declaration = &self.outline.declarations[self.index];
        self.index == 0
            && declaration.block.is_none()
            && (self.outline.keyword(0) == "syntax"
                || self.outline.text[declaration.range.clone()].contains("\"proto"))
    }

    fn guess_syntax(&self) -> Vec<Edit> {
        let range = self.range();
        let end = self.end_before().unwrap_or(range.end);
        let end = range.start + self.outline.text[range.start..end].trim_end().len();
        let range = range.start..end;
        let guess = if self.outline.text[range.clone()].contains('2') {
            "syntax=\"proto2\";"
        } else {
            "syntax=\"proto3\";"
        };
        if guess.len() <= range.len() {
            Edit::write(range, guess)
        } else {
            // Room is found in the white space behind it, if at all.
            let room = self.outline.text[end..]
                .bytes()
                .take_while(u8::is_ascii_whitespace)
                .count();
            let wide = range.start..(range.start + guess.len()).min(end + room);
            let fits = wide.len() == guess.len();
            Edit::write(
                if fits { wide } else { range },
                if fits { guess } else { "" },
            )
        }
    }

    /// A head without its `{`, in a file that has a `}` too many.
    fn open_block(&self, message: &str) -> Option<Vec<Edit>> {
        let declaration = &self.outline.declarations[self.index];
        let keyword = self.outline.keyword(self.index);
        let expects =
            message.starts_with("expected '{'") || message.starts_with("expected ';' or '{'");
        if !expects
            || declaration.block.is_some()
            || self.outline.stray.is_empty()
            || !(HEADS.contains(&keyword) || keyword == "rpc")
        {
            return None;
        }
        // What stands at the end of the line in its place, or else the blank there.
        let found = self.before()? + 1;
        let token = self.outline.tokens.get(found)?;
        let ends_line = self
            .outline
            .tokens
            .get(found + 1)
            .is_none_or(|next| next.begins_line || self.outline.word(found + 1) == "}");
        if ends_line && !token.begins_line && self.outline.word(found) != "}" {
            return Some(Edit::write(token.range.clone(), "{"));
        }
        self.insert('{', 1)
    }

    /// Signs in the white space before the error.
    fn insert(&self, sign: char, count: usize) -> Option<Vec<Edit>> {
        let start = self
            .before()
            .map_or(0, |before| self.outline.tokens[before].range.end);
        let room = self.outline.text.as_bytes().get(start..start + count)?;
        room.iter()
            .all(u8::is_ascii_whitespace)
            .then(|| Edit::write(start..start + count, &sign.to_string().repeat(count)))
    }

    /// Closes the blocks that should have been closed before this declaration.
    fn close_blocks(&self) -> Option<Vec<Edit>> {
        let levels = self.outline.unclosed_before(self.index);
        if levels == 0 {
            return None;
        }
        let declaration = &self.outline.declarations[self.index];
        let first = declaration.tokens.start;
        // A wrong sign where the `}` should be.
        let is_alone = declaration.tokens.len() == 1
            || self
                .outline
                .tokens
                .get(first + 1)
                .is_some_and(|next| next.begins_line);
        if is_alone {
            let sign = self.outline.tokens[first].range.clone();
            return Some(Edit::write(sign, "}"));
        }
        let before = self.outline.unended_before(first);
        let before = before.map(|before| &self.outline.declarations[before]);
        if let Some(sign) = before.filter(|before| before.tokens.len() == 1) {
            return Some(Edit::write(sign.range.clone(), "}"));
        }
        let start = first
            .checked_sub(1)
            .map_or(0, |before| self.outline.tokens[before].range.end);
        let room = self.outline.text.as_bytes().get(start..start + levels)?;
        room.iter()
            .all(u8::is_ascii_whitespace)
            .then(|| Edit::write(start..start + levels, &"}".repeat(levels)))
    }

    /// Takes away the `}` that closed a block of the file too early, before what
    /// can only stand in one.
    fn reopen_block(&self) -> Option<Vec<Edit>> {
        let declaration = &self.outline.declarations[self.index];
        let is_of_block = declaration.parent.is_none()
            && self.outline.indentation(declaration.range.start) > 0
            && !self.outline.stray.is_empty();
        if !is_of_block {
            return None;
        }
        let closed = self.outline.declarations[..self.index]
            .iter()
            .rev()
            .find(|before| before.parent.is_none() && before.block.is_some())?;
        let end = closed.range.end;
        Some(Edit::blank(end - 1..end))
    }

    /// In a file whose braces do not match, a declaration is what its indentation
    /// says.
    fn by_indentation(&self) -> Option<Vec<Edit>> {
        if !self.outline.is_unbalanced() {
            return None;
        }
        let mut index = self.index;
        while !self.outline.begins_line(index) {
            index = self.outline.declarations[index].parent?;
        }
        let declaration = &self.outline.declarations[index];
        let end = self.outline.indented_end(declaration.tokens.start);
        Some(Edit::blank(declaration.range.start..end))
    }

    /// Writes a good head in place of a bad one, so that what is in the block is
    /// still checked.
    fn head(&self) -> Option<Vec<Edit>> {
        self.outline.declarations[self.index].block?;
        let head = self.outline.head(self.index);
        if self.at > head.end {
            return None;
        }
        let keyword = self.outline.keyword(self.index);
        let known = HEADS
            .into_iter()
            .find(|known| *known == keyword)
            .or_else(|| nearest(keyword, HEADS))?;
        let good = format!("{known} a");
        let differs = self.outline.text[head.clone()].trim_end() != good;
        (differs && good.len() <= head.len()).then(|| Edit::write(head, &good))
    }

    /// The statement, up to its end or to what can only be the next one.
    fn statement(&self) -> Vec<Edit> {
        let range = self.range();
        let end = self.end_before().unwrap_or(range.end);
        Edit::blank(range.start..end)
    }

    fn end_before(&self) -> Option<usize> {
        let declaration = &self.outline.declarations[self.index];
        if declaration.block.is_some() {
            return None;
        }
        let start = self.before()? + 1;
        let next = self
            .outline
            .next_statement(declaration.tokens.clone(), start)?;
        Some(self.outline.tokens[next].range.start)
    }
}

impl Outline<'_> {
    /// The first token from `start` on that begins a line and is what only the next
    /// statement can begin with; `statement` are the tokens of the one before it.
    pub(in crate::protobuf) fn next_statement(
        &self,
        statement: Range<usize>,
        start: usize,
    ) -> Option<usize> {
        let mut depth = 0_i32;
        let first = statement.start;
        for token in statement {
            if token >= start && token > first && depth <= 0 && self.is_first_of_line(token) {
                return Some(token);
            }
            depth += match self.word(token) {
                "[" | "{" | "(" | "<" => 1,
                "]" | "}" | ")" | ">" => -1,
                _ => 0,
            };
        }
        None
    }

    fn is_first_of_line(&self, token: usize) -> bool {
        let begins = self.tokens[token].begins_line && self.tokens[token].kind == Kind::Word;
        let next = self.tokens.get(token + 1);
        begins
            && next.is_some_and(|next| {
                matches!(next.kind, Kind::Word | Kind::Text)
                    || matches!(self.word(token + 1), "=" | "<")
            })
    }
}
