mod cursor;

use std::ops::Range;
use std::sync::Arc;

use crate::textproto::MAX_DEPTH;
use crate::textproto::error::{SyntaxError, SyntaxErrorKind, SyntaxErrors};
use crate::textproto::lexer::TokenKind::{self, Punctuation};
use crate::textproto::lexer::{Token, tokenize};
use crate::textproto::literal::is_signed_name;
use crate::textproto::tree::{Document, Node, NodeKind};

/// The tree of `text`, and every place where it is not in the text format.
#[must_use]
pub fn parse(text: &str) -> (Document, Vec<SyntaxError>) {
    let (tokens, lexer_errors) = tokenize(text);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        open: vec![Node {
            kind: NodeKind::Document,
            range: 0..text.len(),
            children: Vec::new(),
        }],
        openers: Vec::new(),
        errors: SyntaxErrors::default(),
    };
    parser.document();
    let errors = lexer_errors.merge(parser.errors);
    let root = parser
        .open
        .pop()
        .expect("every node that was opened was closed, but for the first");
    (Document::new(Arc::from(text), root), errors)
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    /// The next token, which may be trivia.
    at: usize,
    /// The nodes that are being made, the innermost last.
    open: Vec<Node>,
    /// The brackets that are open, the innermost last.
    openers: Vec<Opener>,
    errors: SyntaxErrors,
}

#[derive(Clone)]
struct Opener {
    closer: u8,
    range: Range<usize>,
}

impl Parser<'_> {
    fn document(&mut self) {
        loop {
            self.fields();
            match self.peek() {
                TokenKind::End => break,
                _ => self.stray_closer(),
            }
        }
        self.trivia();
    }

    /// Fields up to the end or a closing bracket.
    fn fields(&mut self) {
        loop {
            match self.peek() {
                TokenKind::End | Punctuation(b'}' | b'>' | b']') => return,
                TokenKind::Identifier | Punctuation(b'[') => self.field(),
                Punctuation(b',' | b';') => {
                    self.expected("the name of a field");
                    self.start(NodeKind::Error);
                    self.bump();
                    self.finish();
                }
                _ => {
                    self.expected("the name of a field");
                    self.skip();
                }
            }
        }
    }

    fn stray_closer(&mut self) {
        if let Punctuation(closer) = self.peek() {
            let closer = char::from(closer);
            self.error(self.next_range(), SyntaxErrorKind::Unmatched { closer });
        }
        self.start(NodeKind::Error);
        self.bump();
        self.finish();
    }

    /// Passes over what cannot be understood: at least one token, up to where a
    /// field may begin again.
    fn skip(&mut self) {
        self.start(NodeKind::Error);
        loop {
            match self.peek() {
                Punctuation(b'{' | b'<' | b'[') => self.skip_balanced(),
                _ => self.bump(),
            }
            match self.peek() {
                TokenKind::End | Punctuation(b'}' | b'>' | b']' | b',' | b';') => break,
                TokenKind::Identifier | Punctuation(b'[') if self.is_next_on_new_line() => break,
                _ => {}
            }
        }
        if matches!(self.peek(), Punctuation(b',' | b';')) {
            self.bump();
        }
        self.finish();
    }

    /// Passes over a bracket and what is in it, however deep.
    fn skip_balanced(&mut self) {
        let mut depth = 0_usize;
        loop {
            match self.peek() {
                TokenKind::End => return,
                Punctuation(b'{' | b'<' | b'[') => depth += 1,
                Punctuation(b'}' | b'>' | b']') => depth -= 1,
                _ => {}
            }
            self.bump();
            if depth == 0 {
                return;
            }
        }
    }

    fn field(&mut self) {
        self.start(NodeKind::Field);
        let start = self.next_range().start;
        if self.peek() == Punctuation(b'[') {
            self.bracketed_name();
        } else {
            self.start(NodeKind::Name);
            self.bump();
            self.finish();
        }
        let name = &self.text[start..self.tokens[self.at].range.start];
        match self.peek() {
            Punctuation(b':') => {
                self.bump();
                self.value_of(name);
            }
            Punctuation(b'{' | b'<') => self.value(),
            Punctuation(b'[') => {
                // Only a list of messages goes without a colon.
                if !matches!(self.peek_at(1), Punctuation(b'{' | b'<' | b']')) {
                    self.expected(format!("`:` behind `{name}`"));
                }
                self.value();
            }
            _ => self.value_without_colon(name),
        }
        if matches!(self.peek(), Punctuation(b',' | b';')) {
            self.bump();
        }
        self.finish();
    }

    /// `[package.extension]` or `[domain/package.Type]`.
    fn bracketed_name(&mut self) {
        self.start(NodeKind::Name);
        let opener = self.next_range();
        self.bump();
        if self.peek() == Punctuation(b']') {
            self.expected("the name of an extension or of a type");
        }
        while matches!(
            self.peek(),
            TokenKind::Identifier | Punctuation(b'.' | b'/' | b'-')
        ) {
            self.bump();
        }
        if self.peek() == Punctuation(b']') {
            self.bump();
        } else {
            self.unclosed(opener, b']');
        }
        self.finish();
    }

    fn unclosed(&mut self, opener: Range<usize>, closer: u8) {
        // Where the text ends, whatever is around the innermost is open as well.
        if self.has_error_here() {
            return;
        }
        let kind = SyntaxErrorKind::Unclosed {
            opener,
            closer: char::from(closer),
            found: self.found(),
        };
        self.error(self.next_range(), kind);
    }

    fn value_of(&mut self, name: &str) {
        // In `a: b: 1` it is the value of `a` that is missing.
        let is_next_field = self.peek() == TokenKind::Identifier
            && matches!(self.peek_at(1), Punctuation(b':' | b'{' | b'<'));
        if is_next_field || !self.can_begin_value() {
            self.expected(format!("a value for `{name}`"));
            self.skip_to_field();
            return;
        }
        self.value();
    }

    fn value_without_colon(&mut self, name: &str) {
        self.expected(format!("`:` or `{{` behind `{name}`"));
        if self.is_next_on_new_line() {
            return;
        }
        if self.peek() == TokenKind::Unknown {
            self.start(NodeKind::Error);
            self.bump();
            self.finish();
        }
        let is_name = self.peek() == TokenKind::Identifier
            && matches!(self.peek_at(1), Punctuation(b':' | b'{' | b'<'));
        if self.can_begin_value() && !is_name {
            self.value();
        } else {
            self.skip_to_field();
        }
    }

    /// Passes over what is left of a line that cannot be understood, if anything.
    fn skip_to_field(&mut self) {
        let may_stay = matches!(
            self.peek(),
            TokenKind::End | TokenKind::Identifier | Punctuation(b'}' | b'>' | b']' | b',' | b';')
        );
        if !may_stay && !self.is_next_on_new_line() {
            self.skip();
        }
    }

    fn can_begin_value(&self) -> bool {
        matches!(
            self.peek(),
            TokenKind::Identifier
                | TokenKind::Integer
                | TokenKind::Float
                | TokenKind::String
                | TokenKind::BadNumber
                | TokenKind::BadString
                | Punctuation(b'{' | b'<' | b'[' | b'-')
        )
    }

    /// A value; [`Self::can_begin_value`] holds.
    fn value(&mut self) {
        match self.peek() {
            Punctuation(opener @ (b'{' | b'<' | b'[')) => {
                if self.openers.len() == MAX_DEPTH {
                    self.too_deep();
                } else if opener == b'[' {
                    self.list();
                } else {
                    self.message(if opener == b'{' { b'}' } else { b'>' });
                }
            }
            _ => self.scalar(),
        }
    }

    fn too_deep(&mut self) {
        let kind = SyntaxErrorKind::TooDeep { limit: MAX_DEPTH };
        self.error(self.next_range(), kind);
        self.start(NodeKind::Error);
        self.skip_balanced();
        self.finish();
    }

    fn message(&mut self, closer: u8) {
        self.start(NodeKind::Message);
        let opener = self.opened(closer);
        loop {
            self.fields();
            if self.closed(&opener) {
                break;
            }
            self.stray_closer();
        }
        self.finish();
    }

    fn list(&mut self) {
        self.start(NodeKind::List);
        let opener = self.opened(b']');
        if self.peek() != Punctuation(b']') {
            self.list_values();
        }
        while !self.closed(&opener) {
            self.stray_closer();
            if self.peek() != Punctuation(b']') {
                self.list_values();
            }
        }
        self.finish();
    }

    /// Values and commas up to a closing bracket or the end.
    fn list_values(&mut self) {
        loop {
            match self.peek() {
                TokenKind::End | Punctuation(b'}' | b'>') => return,
                Punctuation(b']') => {
                    self.expected("a value");
                    return;
                }
                Punctuation(b'[') => {
                    self.expected("a value that is no list");
                    self.value();
                }
                _ if self.can_begin_value() => self.value(),
                _ => {
                    self.expected("a value");
                    self.start(NodeKind::Error);
                    self.bump();
                    self.finish();
                    continue;
                }
            }
            match self.peek() {
                Punctuation(b',') => self.bump(),
                TokenKind::End | Punctuation(b']' | b'}' | b'>') => return,
                // The name of a field: it is the bracket that is missing.
                TokenKind::Identifier
                    if matches!(self.peek_at(1), Punctuation(b':' | b'{' | b'<')) =>
                {
                    return;
                }
                _ => self.expected("`,` or `]`"),
            }
        }
    }

    fn opened(&mut self, closer: u8) -> Opener {
        let opener = Opener {
            closer,
            range: self.next_range(),
        };
        self.bump();
        self.openers.push(opener.clone());
        opener
    }

    /// Whether the innermost bracket ends here: by its counterpart, or with an
    /// error, since an outer one or the text does.
    fn closed(&mut self, opener: &Opener) -> bool {
        let is_closed = match self.peek() {
            Punctuation(found) if found == opener.closer => {
                self.bump();
                true
            }
            Punctuation(found @ (b'}' | b'>' | b']')) => {
                let is_outer = self.openers.iter().any(|outer| outer.closer == found);
                if is_outer {
                    self.unclosed(opener.range.clone(), opener.closer);
                }
                is_outer
            }
            // The end, or in a list the name of a field.
            _ => {
                self.unclosed(opener.range.clone(), opener.closer);
                true
            }
        };
        if is_closed {
            self.openers.pop();
        }
        is_closed
    }

    fn scalar(&mut self) {
        self.start(NodeKind::Scalar);
        match self.peek() {
            Punctuation(b'-') => {
                self.bump();
                match self.peek() {
                    TokenKind::Integer | TokenKind::Float | TokenKind::BadNumber => self.bump(),
                    TokenKind::Identifier => {
                        if !is_signed_name(&self.text[self.next_range()]) {
                            self.expected("a number behind `-`");
                        }
                        self.bump();
                    }
                    _ => self.expected("a number behind `-`"),
                }
            }
            TokenKind::String | TokenKind::BadString => {
                while matches!(self.peek(), TokenKind::String | TokenKind::BadString) {
                    self.bump();
                }
            }
            _ => self.word(),
        }
        self.finish();
    }

    /// A number or an identifier. What continues it, as in `example.com`, makes
    /// it one mistake.
    fn word(&mut self) {
        let start = self.next_range().start;
        let is_identifier = self.peek() == TokenKind::Identifier;
        self.bump();
        let continues = |token: &Token| matches!(token.kind, Punctuation(b'.' | b'/' | b'-'));
        if !is_identifier || !continues(&self.tokens[self.at]) {
            return;
        }
        while matches!(
            self.tokens[self.at].kind,
            TokenKind::Identifier
                | TokenKind::Integer
                | TokenKind::Float
                | TokenKind::BadNumber
                | Punctuation(b'.' | b'/' | b'-')
        ) {
            self.bump();
        }
        let range = start..self.tokens[self.at].range.start;
        let found = self.text[range.clone()].to_owned();
        self.error(range, SyntaxErrorKind::Unquoted { found });
    }
}
