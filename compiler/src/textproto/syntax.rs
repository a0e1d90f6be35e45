//! Views of a tree by the grammar: what has a meaning, without what stands
//! between.

use std::ops::Range;

use super::lexer::{Token, TokenKind};
use super::literal;
use super::tree::{Node, NodeKind};

/// A message: fields in braces, or those of the whole text.
#[derive(Debug, Clone, Copy)]
pub struct Message<'t> {
    node: &'t Node,
    text: &'t str,
}

impl<'t> Message<'t> {
    pub(super) const fn new(node: &'t Node, text: &'t str) -> Self {
        Self { node, text }
    }

    /// Its bytes, with the braces.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.node.range.clone()
    }

    /// Its fields, in their order.
    pub fn fields(&self) -> impl Iterator<Item = Field<'t>> + use<'t> {
        let text = self.text;
        self.node
            .nodes()
            .filter(|node| node.kind == NodeKind::Field)
            .map(move |node| Field { node, text })
    }
}

/// A field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'t> {
    node: &'t Node,
    text: &'t str,
}

/// The name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// Its bytes, with the brackets.
    pub range: Range<usize>,
    /// The name, without brackets and without what stands between its parts.
    pub text: String,
    /// Whether it stands in brackets, as the names of extensions and types do.
    pub is_bracketed: bool,
}

impl<'t> Field<'t> {
    /// Its bytes, with the separator behind it.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.node.range.clone()
    }

    /// The name; none after a syntax error.
    #[must_use]
    pub fn name(&self) -> Option<Name> {
        let node = self.node.nodes().find(|node| node.kind == NodeKind::Name)?;
        let is_bracket = |token: &&Token| matches!(token.kind, TokenKind::Punctuation(b'[' | b']'));
        Some(Name {
            range: node.range.clone(),
            text: node
                .tokens()
                .filter(|token| !is_bracket(token))
                .map(|token| &self.text[token.range.clone()])
                .collect(),
            is_bracketed: node.tokens().any(|token| is_bracket(&token)),
        })
    }

    /// The value; none after a syntax error.
    #[must_use]
    pub fn value(&self) -> Option<Value<'t>> {
        self.node
            .nodes()
            .find_map(|node| Value::new(node, self.text))
    }
}

/// What a field is set to.
#[derive(Debug, Clone, Copy)]
pub enum Value<'t> {
    /// A number, an identifier or a string.
    Scalar(Scalar<'t>),
    /// A message.
    Message(Message<'t>),
    /// Several values.
    List(List<'t>),
}

impl<'t> Value<'t> {
    fn new(node: &'t Node, text: &'t str) -> Option<Self> {
        match node.kind {
            NodeKind::Scalar => Some(Self::Scalar(Scalar { node, text })),
            NodeKind::Message => Some(Self::Message(Message { node, text })),
            NodeKind::List => Some(Self::List(List { node, text })),
            NodeKind::Document | NodeKind::Field | NodeKind::Name | NodeKind::Error => None,
        }
    }

    /// Its bytes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        match self {
            Self::Scalar(scalar) => scalar.range(),
            Self::Message(message) => message.range(),
            Self::List(list) => list.range(),
        }
    }
}

/// Values in brackets.
#[derive(Debug, Clone, Copy)]
pub struct List<'t> {
    node: &'t Node,
    text: &'t str,
}

impl<'t> List<'t> {
    /// Its bytes, with the brackets.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.node.range.clone()
    }

    /// Its values, in their order.
    pub fn values(&self) -> impl Iterator<Item = Value<'t>> + use<'t> {
        let text = self.text;
        self.node
            .nodes()
            .filter_map(move |node| Value::new(node, text))
    }
}

/// A value without parts.
#[derive(Debug, Clone, Copy)]
pub struct Scalar<'t> {
    node: &'t Node,
    text: &'t str,
}

/// What a scalar is, before one knows the type of its field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Literal<'t> {
    /// What a string stands for, which need not be UTF-8.
    String(Vec<u8>),
    /// A number without point and exponent.
    Integer {
        negative: bool,
        /// None where it has more than 64 bits.
        value: Option<u64>,
        is_decimal: bool,
        /// The digits, for what takes any number of them.
        text: &'t str,
    },
    /// A number with point, exponent or suffix; the text is without suffix.
    Float { negative: bool, text: &'t str },
    /// A name, such as that of an enum value.
    Identifier { negative: bool, name: &'t str },
    /// Something for which a syntax error was reported.
    Bad,
}

impl<'t> Scalar<'t> {
    /// Its bytes.
    #[must_use]
    pub fn range(&self) -> Range<usize> {
        self.node.range.clone()
    }

    /// As it is written.
    #[must_use]
    pub fn text(&self) -> &'t str {
        &self.text[self.node.range.clone()]
    }

    /// For each byte of the string that this spells, the bytes of the text that
    /// stand for it; none where this is no string.
    pub(crate) fn byte_places(&self) -> Option<Vec<Range<usize>>> {
        let mut places = Vec::new();
        for token in self.node.tokens() {
            if token.kind != TokenKind::String {
                return None;
            }
            let start = token.range.start + 1;
            let inside = &self.text[start..token.range.end - 1];
            let of_text = |range: Range<usize>| start + range.start..start + range.end;
            places.extend(literal::places(inside).into_iter().map(of_text));
        }
        Some(places)
    }

    pub(super) fn literal(&self) -> Literal<'t> {
        let mut tokens = self.node.tokens().peekable();
        let negative = tokens
            .next_if(|token| token.kind == TokenKind::Punctuation(b'-'))
            .is_some();
        let Some(token) = tokens.peek() else {
            return Literal::Bad;
        };
        let text = &self.text[token.range.clone()];
        match token.kind {
            TokenKind::Identifier
                if self.node.tokens().count() > 1 + usize::from(negative)
                    || (negative && !literal::is_signed_name(text)) =>
            {
                Literal::Bad
            }
            TokenKind::Identifier => Literal::Identifier {
                negative,
                name: text,
            },
            TokenKind::Integer => {
                literal::integer(text).map_or(Literal::Bad, |integer| Literal::Integer {
                    negative,
                    value: integer.value(),
                    is_decimal: integer.base == 10,
                    text,
                })
            }
            TokenKind::Float => Literal::Float {
                negative,
                text: text.strip_suffix(['f', 'F']).unwrap_or(text),
            },
            TokenKind::String | TokenKind::BadString => {
                let mut value = Vec::new();
                for token in tokens {
                    if token.kind != TokenKind::String {
                        return Literal::Bad;
                    }
                    let inside = &self.text[token.range.start + 1..token.range.end - 1];
                    value.extend(literal::unescape(inside).0);
                }
                Literal::String(value)
            }
            _ => Literal::Bad,
        }
    }
}
