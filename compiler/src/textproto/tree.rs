use std::ops::Range;
use std::sync::Arc;

use super::lexer::Token;
use super::syntax::Message;

/// What a [`Node`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// The whole text.
    Document,
    /// A field's name, its value and the separator behind it.
    Field,
    /// An identifier, or the name of an extension or of a type in brackets.
    Name,
    /// A message with its braces.
    Message,
    /// A list with its brackets.
    List,
    /// A number, an identifier, or strings one after another.
    Scalar,
    /// What could not be parsed.
    Error,
}

/// A piece of a text with the pieces that it is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its bytes.
    pub range: Range<usize>,
    /// Its pieces, in order and without gaps.
    pub children: Vec<Element>,
}

/// A piece of a [`Node`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    /// One with pieces of its own.
    Node(Node),
    /// One without.
    Token(Token),
}

impl Node {
    /// The nodes among the pieces.
    pub fn nodes(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| match child {
            Element::Node(node) => Some(node),
            Element::Token(_) => None,
        })
    }

    /// The tokens among the pieces, without whitespace and comments.
    pub fn tokens(&self) -> impl Iterator<Item = &Token> {
        self.children.iter().filter_map(|child| match child {
            Element::Token(token) if !token.kind.is_trivia() => Some(token),
            _ => None,
        })
    }
}

/// A text and its tree.
#[derive(Debug, Clone)]
pub struct Document {
    text: Arc<str>,
    root: Node,
}

impl Document {
    pub(super) const fn new(text: Arc<str>, root: Node) -> Self {
        Self { text, root }
    }

    /// The tree.
    #[must_use]
    pub const fn root(&self) -> &Node {
        &self.root
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The fields, as those of a message.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        Message::new(&self.root, &self.text)
    }

    /// The text, put together from the tokens of the tree.
    #[must_use]
    pub fn print(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        print(&self.root, &self.text, &mut text);
        text
    }
}

fn print(node: &Node, text: &str, printed: &mut String) {
    for child in &node.children {
        match child {
            Element::Node(node) => print(node, text, printed),
            Element::Token(token) => printed.push_str(&text[token.range.clone()]),
        }
    }
}
