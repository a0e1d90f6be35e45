//! From the tree to what is printed: fields and values, each with the comments
//! that belong to it.

use crate::textproto::lexer::{Token, TokenKind};
use crate::textproto::tree::{Document, Element, Node, NodeKind};

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    /// Whether a blank line stands before it.
    pub(super) is_apart: bool,
}

/// What brackets hold, or the whole text.
#[derive(Debug, Default)]
pub(super) struct Block<'t> {
    /// The comment behind the opening bracket.
    pub(super) behind_opener: Option<&'t str>,
    pub(super) items: Vec<Item<'t>>,
    /// The comments before the closing bracket.
    pub(super) last: Vec<Comment<'t>>,
    /// Whether it is written on one line.
    pub(super) is_one_line: bool,
}

/// A field, or a value of a list.
#[derive(Debug)]
pub(super) struct Item<'t> {
    /// The comments above.
    pub(super) above: Vec<Comment<'t>>,
    /// Whether a blank line stands before it.
    pub(super) is_apart: bool,
    /// None for a value of a list.
    pub(super) name: Option<String>,
    pub(super) value: Value<'t>,
    /// The comment behind it.
    pub(super) behind: Option<&'t str>,
}

#[derive(Debug)]
pub(super) enum Value<'t> {
    /// A number or an identifier.
    Word(String),
    Strings(Strings<'t>),
    Message(Block<'t>),
    List(Block<'t>),
}

/// String literals, one after another.
#[derive(Debug)]
pub(super) struct Strings<'t> {
    /// The comment behind the colon.
    pub(super) behind_colon: Option<&'t str>,
    pub(super) literals: Vec<Literal<'t>>,
    /// Whether they are written on one line.
    pub(super) is_one_line: bool,
}

#[derive(Debug)]
pub(super) struct Literal<'t> {
    pub(super) above: Vec<&'t str>,
    pub(super) text: &'t str,
    /// The comment behind it; that behind the last is the item's.
    pub(super) behind: Option<&'t str>,
}

impl Block<'_> {
    /// Whether there is nothing in it, not even a comment.
    pub(super) const fn is_empty(&self) -> bool {
        self.behind_opener.is_none() && self.items.is_empty() && self.last.is_empty()
    }
}

/// The layout of a text without syntax errors.
pub(super) fn of(document: &Document) -> Block<'_> {
    let mut layout = Layout::new(document.text());
    for child in &document.root().children {
        layout.child(child);
    }
    layout.finish()
}

/// Goes over the pieces of a message or a list, and gives comments to items.
struct Layout<'t> {
    text: &'t str,
    block: Block<'t>,
    /// Comments that belong to the item that comes next, if one does.
    pending: Vec<Comment<'t>>,
    /// The line breaks since the last thing that is no whitespace.
    breaks: usize,
    /// Whether the opening bracket was the last thing with a meaning.
    is_behind_opener: bool,
}

impl<'t> Layout<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            block: Block::default(),
            pending: Vec::new(),
            breaks: 0,
            is_behind_opener: false,
        }
    }

    fn block(text: &'t str, node: &'t Node) -> Block<'t> {
        let mut layout = Self::new(text);
        layout.block.is_one_line = !text[node.range.clone()].contains('\n');
        for child in &node.children {
            layout.child(child);
        }
        layout.finish()
    }

    fn child(&mut self, child: &'t Element) {
        match child {
            Element::Token(token) => self.token(token),
            Element::Node(node) if node.kind == NodeKind::Field => self.field(node),
            Element::Node(node) => {
                let mut inner = Inner::default();
                let value = value(self.text, node, &mut inner);
                self.push(None, value, inner);
            }
        }
    }

    /// A token between the items, or behind the value of a field.
    fn token(&mut self, token: &Token) {
        let text = &self.text[token.range.clone()];
        match token.kind {
            TokenKind::Whitespace => self.breaks += breaks(text),
            TokenKind::Comment => self.comment(text.trim_end()),
            TokenKind::Punctuation(b'{' | b'<' | b'[') => self.is_behind_opener = true,
            // Behind a separator one is still behind the item.
            _ => self.breaks = 0,
        }
    }

    fn comment(&mut self, text: &'t str) {
        if self.breaks == 0 && self.pending.is_empty() {
            let place = match self.block.items.last_mut() {
                Some(item) => Some(&mut item.behind),
                None if self.is_behind_opener => Some(&mut self.block.behind_opener),
                None => None,
            };
            if let Some(place @ None) = place {
                *place = Some(text);
                return;
            }
        }
        let is_apart = self.breaks > 1;
        self.pending.push(Comment { text, is_apart });
        self.breaks = 0;
    }

    fn field(&mut self, node: &'t Node) {
        let mut inner = Inner::default();
        let mut name = String::new();
        let mut children = node.children.iter();
        for child in children.by_ref() {
            match child {
                Element::Node(part) if part.kind == NodeKind::Name => {
                    name = spelled(self.text, part, &mut inner);
                }
                Element::Node(part) => {
                    let value = value(self.text, part, &mut inner);
                    self.push(Some(name), value, inner);
                    break;
                }
                Element::Token(token) => inner.token(self.text, token),
            }
        }
        for child in children {
            self.child(child);
        }
    }

    fn push(&mut self, name: Option<String>, value: Value<'t>, inner: Inner<'t>) {
        let mut above = std::mem::take(&mut self.pending);
        let is_apart = self.breaks > 1 && inner.comments.is_empty();
        let first_is_apart = self.breaks > 1;
        for (index, text) in inner.comments.into_iter().enumerate() {
            above.push(Comment {
                text,
                is_apart: index == 0 && first_is_apart,
            });
        }
        self.block.items.push(Item {
            above,
            is_apart,
            name,
            value,
            behind: None,
        });
        self.breaks = 0;
    }

    fn finish(mut self) -> Block<'t> {
        self.block.last = self.pending;
        self.block
    }
}

/// The comments within a field, before its value ends.
#[derive(Default)]
struct Inner<'t> {
    comments: Vec<&'t str>,
    /// Whether the first of them is on the line of the name.
    is_first_behind: bool,
    breaks: usize,
}

impl<'t> Inner<'t> {
    fn token(&mut self, text: &'t str, token: &Token) {
        let text = &text[token.range.clone()];
        match token.kind {
            TokenKind::Whitespace => self.breaks += breaks(text),
            TokenKind::Comment => {
                if self.comments.is_empty() {
                    self.is_first_behind = self.breaks == 0;
                }
                self.comments.push(text.trim_end());
            }
            _ => {}
        }
    }
}

fn value<'t>(text: &'t str, node: &'t Node, inner: &mut Inner<'t>) -> Value<'t> {
    match node.kind {
        NodeKind::Message => Value::Message(Layout::block(text, node)),
        NodeKind::List => Value::List(Layout::block(text, node)),
        _ if node.tokens().any(|token| token.kind == TokenKind::String) => {
            Value::Strings(strings(text, node, inner))
        }
        _ => Value::Word(spelled(text, node, inner)),
    }
}

/// The tokens of a name or a number, without what stands between them.
fn spelled<'t>(text: &'t str, node: &'t Node, inner: &mut Inner<'t>) -> String {
    let mut spelled = String::new();
    for child in &node.children {
        if let Element::Token(token) = child {
            if token.kind.is_trivia() {
                inner.token(text, token);
            } else {
                spelled.push_str(&text[token.range.clone()]);
            }
        }
    }
    spelled
}

fn strings<'t>(text: &'t str, node: &'t Node, inner: &mut Inner<'t>) -> Strings<'t> {
    let mut strings = Strings {
        behind_colon: None,
        literals: Vec::new(),
        is_one_line: !text[node.range.clone()].contains('\n'),
    };
    let mut pending = Vec::new();
    if !strings.is_one_line {
        // Behind the colon there is room for comments.
        pending = std::mem::take(&mut inner.comments);
        if inner.is_first_behind && !pending.is_empty() {
            strings.behind_colon = Some(pending.remove(0));
        }
    }
    let mut breaks_before = 0;
    for child in &node.children {
        let Element::Token(token) = child else {
            continue;
        };
        let text = &text[token.range.clone()];
        match token.kind {
            TokenKind::Whitespace => breaks_before += breaks(text),
            TokenKind::Comment => match strings.literals.last_mut() {
                Some(literal) if breaks_before == 0 && pending.is_empty() => {
                    literal.behind = Some(text.trim_end());
                }
                _ => pending.push(text.trim_end()),
            },
            _ => {
                strings.literals.push(Literal {
                    above: std::mem::take(&mut pending),
                    text,
                    behind: None,
                });
                breaks_before = 0;
            }
        }
    }
    strings
}

fn breaks(whitespace: &str) -> usize {
    whitespace.bytes().filter(|byte| *byte == b'\n').count()
}
