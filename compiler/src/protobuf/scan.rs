//! The outline of a `.proto` that need not be well formed: its tokens, and the
//! declarations that they make, as far as anyone could tell.

use std::ops::Range;

/// What a token is, as far as an outline needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name, a keyword or a number.
    Word,
    /// A string in quotes.
    Text,
    /// Anything else, one character each.
    Sign(char),
}

/// A token that is no comment.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
    /// Whether it is the first of its line.
    pub(super) begins_line: bool,
}

/// How a declaration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With `;`.
    Semicolon,
    /// With the `}` of its block.
    Block,
    /// Its block is never closed.
    Open,
    /// Where the next thing starts that it cannot hold.
    Missing,
}

/// A declaration: a statement up to its `;`, or a head with its block.
#[derive(Debug, Clone)]
pub(super) struct Declaration {
    /// The bytes, `;` or `}` included.
    pub(super) range: Range<usize>,
    /// Its tokens, those of its block included.
    pub(super) tokens: Range<usize>,
    /// Where the block's `{` is.
    pub(super) block: Option<usize>,
    pub(super) end: End,
    pub(super) parent: Option<usize>,
}

/// The outline of a text.
#[derive(Debug)]
pub(crate) struct Outline<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: Vec<Token>,
    /// In the order in which they begin.
    pub(super) declarations: Vec<Declaration>,
    /// Each `}` that closes nothing.
    pub(super) stray: Vec<usize>,
    /// Where each line begins.
    lines: Vec<usize>,
}

/// The words that begin a declaration with a name and a block.
pub(super) const HEADS: [&str; 5] = ["message", "enum", "service", "oneof", "extend"];

impl<'t> Outline<'t> {
    pub(crate) fn new(text: &'t str) -> Self {
        let mut outline = Self {
            text,
            tokens: tokens(text),
            declarations: Vec::new(),
            stray: Vec::new(),
            lines: std::iter::once(0)
                .chain(text.match_indices('\n').map(|(at, _)| at + 1))
                .collect(),
        };
        Builder::default().run(&mut outline);
        outline
    }

    /// The text of a token.
    pub(super) fn word(&self, token: usize) -> &'t str {
        self.tokens
            .get(token)
            .map_or("", |token| &self.text[token.range.clone()])
    }

    /// The smallest declaration around the byte `at`; behind a statement that is not
    /// ended, that statement.
    pub(super) fn around(&self, at: usize) -> Option<usize> {
        let token = self
            .tokens
            .partition_point(|token| token.range.end <= at)
            .min(self.tokens.len());
        if let Some(before) = self.unended_before(token) {
            return Some(before);
        }
        self.declarations
            .iter()
            .enumerate()
            .filter(|(_, declaration)| declaration.range.contains(&at))
            .min_by_key(|(_, declaration)| declaration.range.len())
            .map(|(index, _)| index)
    }

    /// The statement without an end whose last token is before `token`.
    pub(super) fn unended_before(&self, token: usize) -> Option<usize> {
        self.declarations.iter().position(|declaration| {
            declaration.end == End::Missing && declaration.tokens.end == token
        })
    }

    /// The first word of a declaration.
    pub(super) fn keyword(&self, declaration: usize) -> &'t str {
        self.word(self.declarations[declaration].tokens.start)
    }

    /// The text of a declaration before its block.
    pub(super) fn head(&self, declaration: usize) -> Range<usize> {
        let declaration = &self.declarations[declaration];
        declaration.range.start..declaration.block.unwrap_or(declaration.range.end)
    }

    /// The first block that is never closed, if one is not: that of the innermost
    /// declaration whose `}` does not stand below its beginning.
    pub(super) fn unclosed(&self) -> Option<usize> {
        let open = self
            .declarations
            .iter()
            .any(|declaration| declaration.end == End::Open);
        if !open {
            return None;
        }
        let misplaced = self.declarations.iter().position(|declaration| {
            declaration.end == End::Block
                && self.line(declaration.range.start) != self.line(declaration.range.end)
                && self.column(declaration.range.end - 1)
                    != self.indentation(declaration.range.start)
        });
        misplaced.or_else(|| {
            self.declarations
                .iter()
                .rposition(|declaration| declaration.end == End::Open)
        })
    }

    /// Where the line of the byte `at` begins.
    pub(super) fn line(&self, at: usize) -> usize {
        let after = self.lines.partition_point(|start| *start <= at);
        self.lines[..after].last().copied().unwrap_or_default()
    }

    /// Whether some block is not closed, or some `}` closes none.
    pub(super) fn is_unbalanced(&self) -> bool {
        let mut declarations = self.declarations.iter();
        !self.stray.is_empty() || declarations.any(|declaration| declaration.end == End::Open)
    }

    /// Whether a declaration begins a line.
    pub(super) fn begins_line(&self, declaration: usize) -> bool {
        let first = self.declarations[declaration].tokens.start;
        self.tokens[first].begins_line
    }

    /// How many of the blocks around a declaration should have been closed before
    /// it, as its indentation or what it is says.
    pub(super) fn unclosed_before(&self, declaration: usize) -> usize {
        let has_open = self
            .declarations
            .iter()
            .any(|declaration| declaration.end == End::Open);
        if !has_open || !self.begins_line(declaration) {
            return 0;
        }
        let indentation = self.indentation(self.declarations[declaration].range.start);
        let keyword = self.keyword(declaration);
        let is_of_file = matches!(keyword, "service" | "import" | "package" | "syntax")
            && self.declarations[declaration].tokens.len() > 2;
        let mut levels = 0;
        let mut around = self.declarations[declaration].parent;
        while let Some(parent) = around {
            let is_outside = self.begins_line(parent)
                && indentation <= self.indentation(self.declarations[parent].range.start);
            if !is_outside && !is_of_file {
                break;
            }
            levels += 1;
            around = self.declarations[parent].parent;
        }
        levels
    }

    /// Where the declaration that begins with `token` ends, as its indentation says:
    /// before the next line that is indented no more, but for its own `}`.
    pub(super) fn indented_end(&self, token: usize) -> usize {
        let indentation = self.indentation(self.tokens[token].range.start);
        let next = (token + 1..self.tokens.len()).find(|next| {
            let next = &self.tokens[*next];
            next.begins_line && self.indentation(next.range.start) <= indentation
        });
        let Some(mut next) = next else {
            return self.tokens.last().map_or(0, |last| last.range.end);
        };
        // Its own `}`, or whatever stands there alone in place of it.
        let ends_line = |token: usize| {
            let after = self.tokens.get(token);
            self.word(token) == ";" || after.is_none_or(|token| token.begins_line)
        };
        let is_level = self.indentation(self.tokens[next].range.start) == indentation;
        if is_level && (self.word(next) == "}" || ends_line(next + 1)) {
            next += 1;
            while self
                .tokens
                .get(next)
                .is_some_and(|token| !token.begins_line)
            {
                next += 1;
            }
        }
        self.tokens[next - 1].range.end
    }

    fn column(&self, at: usize) -> usize {
        at - self.line(at)
    }

    /// How far the line of the byte `at` is indented.
    pub(super) fn indentation(&self, at: usize) -> usize {
        let line = &self.text[self.line(at)..];
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }
}

/// Makes declarations of tokens.
#[derive(Default)]
struct Builder {
    /// The declarations whose blocks are open.
    open: Vec<usize>,
    /// The declaration at hand.
    current: Option<usize>,
    /// The brackets that are open in it: `[`, and `{` of values.
    brackets: Vec<char>,
    /// How many of them are `{`.
    values: usize,
}

impl Builder {
    fn run(mut self, outline: &mut Outline<'_>) {
        for index in 0..outline.tokens.len() {
            self.token(outline, index);
        }
        let end = outline.tokens.len();
        self.finish(outline, end, End::Missing);
        let length = outline.text.len();
        for open in self.open {
            let declaration = &mut outline.declarations[open];
            declaration.range.end = length;
            declaration.tokens.end = end;
        }
    }

    fn token(&mut self, outline: &mut Outline<'_>, index: usize) {
        if self.current.is_some() && begins_declaration(outline, index) {
            self.finish(outline, index, End::Missing);
        }
        let kind = outline.tokens[index].kind;
        if self.current.is_none() {
            match kind {
                Kind::Sign(';') => return,
                Kind::Sign('}') => return self.close(outline, index),
                _ => self.start(outline, index),
            }
        }
        let in_value = self.values > 0;
        match kind {
            Kind::Sign('[') => self.brackets.push('['),
            Kind::Sign(']') if self.brackets.last() == Some(&'[') => {
                self.brackets.pop();
            }
            Kind::Sign('{') if !self.brackets.is_empty() || self.is_value(outline, index) => {
                self.brackets.push('{');
                self.values += 1;
            }
            Kind::Sign('{') => self.block(outline, index),
            Kind::Sign('}') if in_value => {
                while self.brackets.pop().is_some_and(|bracket| bracket != '{') {}
                self.values -= 1;
            }
            Kind::Sign('}') => {
                self.finish(outline, index, End::Missing);
                self.close(outline, index);
            }
            Kind::Sign(';') if !in_value => self.finish(outline, index + 1, End::Semicolon),
            Kind::Text if !is_terminated(outline.word(index)) => {
                self.finish(outline, index + 1, End::Missing);
            }
            _ => {}
        }
    }

    /// Whether a `{` begins a value, not a block: `option (a) = {`. That of a group
    /// follows its number.
    fn is_value(&self, outline: &Outline<'_>, index: usize) -> bool {
        let first = self
            .current
            .map_or(index, |current| outline.declarations[current].tokens.start);
        let before = index.checked_sub(1).filter(|before| *before >= first);
        before.is_some_and(|before| matches!(outline.word(before), "=" | ":"))
    }

    fn start(&mut self, outline: &mut Outline<'_>, index: usize) {
        let range = outline.tokens[index].range.clone();
        self.current = Some(outline.declarations.len());
        outline.declarations.push(Declaration {
            range,
            tokens: index..index + 1,
            block: None,
            end: End::Missing,
            parent: self.open.last().copied(),
        });
    }

    /// Ends the declaration at hand before the token `end`.
    fn finish(&mut self, outline: &mut Outline<'_>, end: usize, how: End) {
        self.brackets.clear();
        self.values = 0;
        let Some(current) = self.current.take() else {
            return;
        };
        let last = end
            .checked_sub(1)
            .map_or(0, |last| outline.tokens[last].range.end);
        let declaration = &mut outline.declarations[current];
        declaration.range.end = last.max(declaration.range.end);
        declaration.tokens.end = end;
        declaration.end = how;
    }

    fn block(&mut self, outline: &mut Outline<'_>, index: usize) {
        let Some(current) = self.current.take() else {
            return;
        };
        let declaration = &mut outline.declarations[current];
        declaration.block = Some(outline.tokens[index].range.start);
        declaration.end = End::Open;
        self.open.push(current);
    }

    fn close(&mut self, outline: &mut Outline<'_>, index: usize) {
        let range = outline.tokens[index].range.clone();
        match self.open.pop() {
            Some(open) => {
                let declaration = &mut outline.declarations[open];
                declaration.range.end = range.end;
                declaration.tokens.end = index + 1;
                declaration.end = End::Block;
            }
            None => outline.stray.push(range.start),
        }
    }
}

/// Whether a token at the beginning of a line can be nothing but the first of a
/// declaration, whatever is open before it: `message Foo {`, `rpc Do(`.
fn begins_declaration(outline: &Outline<'_>, index: usize) -> bool {
    if !outline.tokens[index].begins_line {
        return false;
    }
    let is_name = |token: usize| {
        outline
            .tokens
            .get(token)
            .is_some_and(|token| token.kind == Kind::Word)
    };
    match outline.word(index) {
        "rpc" => is_name(index + 1) && outline.word(index + 2) == "(",
        "import" => outline
            .tokens
            .get(index + 1)
            .is_some_and(|token| token.kind == Kind::Text),
        "option" => outline.word(index + 1) == "(",
        head if HEADS.contains(&head) => is_name(index + 1) && outline.word(index + 2) == "{",
        _ => false,
    }
}

/// Whether a string has both its quotes.
pub(super) fn is_terminated(text: &str) -> bool {
    let quote = text.chars().next();
    text.len() > 1 && text.chars().next_back() == quote && quoted_length_is_whole(text)
}

/// Whether the last quote of a string is no escaped one.
fn quoted_length_is_whole(text: &str) -> bool {
    let before = text[..text.len() - 1].bytes().rev();
    before.take_while(|byte| *byte == b'\\').count() % 2 == 0
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    let mut begins_line = true;
    while let Some(&byte) = bytes.get(at) {
        let rest = &text[at..];
        let length = match byte {
            b'\n' => {
                begins_line = true;
                at += 1;
                continue;
            }
            byte if byte.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            b'/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            b'/' if rest.starts_with("/*") => {
                at += rest.find("*/").map_or(rest.len(), |end| end + 2);
                continue;
            }
            b'"' | b'\'' => quoted(rest, byte),
            byte if is_word(byte) => rest.bytes().take_while(|byte| is_word(*byte)).count(),
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let kind = match byte {
            b'"' | b'\'' => Kind::Text,
            byte if is_word(byte) => Kind::Word,
            _ => Kind::Sign(rest.chars().next().unwrap_or_default()),
        };
        tokens.push(Token {
            kind,
            range: at..at + length,
            begins_line,
        });
        begins_line = false;
        at += length;
    }
    tokens
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'.'
}

/// The length of a string, which ends with its line at the latest.
fn quoted(rest: &str, quote: u8) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            b'\n' => return at,
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            byte if byte == quote => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests;
