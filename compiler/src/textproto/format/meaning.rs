//! What formatting must keep.

use crate::textproto::lexer::{Token, TokenKind};
use crate::textproto::tree::{Document, Element, Node, NodeKind};

/// The tokens that have a meaning, in their order: all but the colons and
/// separators of fields. Both kinds of braces are one.
pub(super) fn tokens(document: &Document) -> Vec<&str> {
    let mut tokens = Vec::new();
    walk(document.root(), &mut |parent, token| {
        let is_of_field = parent == NodeKind::Field;
        match token.kind {
            TokenKind::Punctuation(b':' | b',' | b';') if is_of_field => {}
            TokenKind::Punctuation(b'<') => tokens.push("{"),
            TokenKind::Punctuation(b'>') => tokens.push("}"),
            kind if kind.is_trivia() => {}
            _ => tokens.push(&document.text()[token.range.clone()]),
        }
    });
    tokens
}

/// The comments, sorted.
pub(super) fn comments(document: &Document) -> Vec<&str> {
    let mut comments = Vec::new();
    walk(document.root(), &mut |_, token| {
        if token.kind == TokenKind::Comment {
            comments.push(document.text()[token.range.clone()].trim_end());
        }
    });
    comments.sort_unstable();
    comments
}

fn walk<'t>(node: &'t Node, visit: &mut impl FnMut(NodeKind, &'t Token)) {
    for child in &node.children {
        match child {
            Element::Node(node) => walk(node, visit),
            Element::Token(token) => visit(node.kind, token),
        }
    }
}
