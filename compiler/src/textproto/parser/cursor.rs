//! Steps over the tokens, into the nodes that are being made.

use std::ops::Range;

use super::Parser;
use crate::textproto::error::{SyntaxError, SyntaxErrorKind};
use crate::textproto::lexer::TokenKind;
use crate::textproto::tree::{Element, Node, NodeKind};

impl Parser<'_> {
    /// The index of the token with a meaning that comes `ahead` others.
    pub(super) fn index(&self, ahead: usize) -> usize {
        let mut at = self.at;
        let mut ahead = ahead;
        loop {
            let token = &self.tokens[at];
            if token.kind == TokenKind::End {
                return at;
            }
            if !token.kind.is_trivia() {
                if ahead == 0 {
                    return at;
                }
                ahead -= 1;
            }
            at += 1;
        }
    }

    pub(super) fn peek(&self) -> TokenKind {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> TokenKind {
        self.tokens[self.index(ahead)].kind
    }

    pub(super) fn next_range(&self) -> Range<usize> {
        self.tokens[self.index(0)].range.clone()
    }

    /// Whether the next token is on another line than the last one.
    pub(super) fn is_next_on_new_line(&self) -> bool {
        let trivia = &self.tokens[self.at..self.index(0)];
        trivia
            .iter()
            .any(|token| self.text[token.range.clone()].contains('\n'))
    }

    pub(super) fn found(&self) -> String {
        let token = &self.tokens[self.index(0)];
        let text = &self.text[token.range.clone()];
        match token.kind {
            TokenKind::End => "the end of the file".to_owned(),
            TokenKind::String | TokenKind::BadString => "a string".to_owned(),
            TokenKind::Unknown => format!("`{}`", text.escape_debug()),
            _ => format!("`{text}`"),
        }
    }

    pub(super) fn trivia(&mut self) {
        while self.tokens[self.at].kind.is_trivia() {
            self.take();
        }
    }

    /// Moves the next token, trivia too, into the innermost node.
    pub(super) fn take(&mut self) {
        let token = self.tokens[self.at].clone();
        self.at += 1;
        self.innermost().children.push(Element::Token(token));
    }

    pub(super) fn innermost(&mut self) -> &mut Node {
        self.open
            .last_mut()
            .expect("the document is open until the end")
    }

    pub(super) fn bump(&mut self) {
        self.trivia();
        if self.tokens[self.at].kind != TokenKind::End {
            self.take();
        }
    }

    /// Begins a node at the next token that has a meaning.
    pub(super) fn start(&mut self, kind: NodeKind) {
        self.trivia();
        let start = self.tokens[self.at].range.start;
        self.open.push(Node {
            kind,
            range: start..start,
            children: Vec::new(),
        });
    }

    pub(super) fn finish(&mut self) {
        let end = self.tokens[self.at].range.start;
        if let Some(mut node) = self.open.pop() {
            node.range.end = end;
            self.innermost().children.push(Element::Node(node));
        }
    }

    pub(super) fn error(&mut self, range: Range<usize>, kind: SyntaxErrorKind) {
        self.errors.push(SyntaxError::new(range, kind));
    }

    /// Whether the next token has been reported.
    pub(super) fn has_error_here(&self) -> bool {
        self.errors.has_at(self.next_range().start)
    }

    pub(super) fn expected(&mut self, expected: impl Into<String>) {
        // A second error at the same token would say nothing new, and what the
        // lexer has reported neither.
        let range = self.next_range();
        if self.has_error_here()
            || matches!(self.peek(), TokenKind::BadNumber | TokenKind::BadString)
        {
            return;
        }
        let kind = SyntaxErrorKind::Expected {
            expected: expected.into(),
            found: self.found(),
        };
        self.error(range, kind);
    }
}
