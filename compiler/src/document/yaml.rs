//! YAML, within a budget: what a person writes is small, and neither an alias
//! bomb nor deep nesting may exhaust the process.

use std::cell::OnceCell;
use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::{Location, Spanned};

use super::{Data, Key, Table, Value};

/// How deep values may be in each other, and how many of them and of aliases there
/// may be.
pub(crate) const MAX_DEPTH: usize = 24;
pub(crate) const MAX_NODES: usize = 100_000;
pub(crate) const MAX_ALIASES: usize = 1_000;

/// Why a text is no YAML.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) message: String,
    pub(crate) range: Option<Range<usize>>,
}

/// The one document of the text.
pub(crate) fn parse(text: &str) -> Result<Value, SyntaxError> {
    let options = serde_saphyr::options! {
        strict_booleans: true,
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_documents: 1,
        },
    };
    match serde_saphyr::from_str_with_options::<Spanned<Node>>(text, options) {
        Ok(node) => Ok(convert(&Text::new(text), node)),
        Err(error) => Err(SyntaxError {
            range: error
                .location()
                .map(|location| range(&Text::new(text), &location)),
            message: message(error.without_snippet()),
        }),
    }
}

/// The first line of the error, without the position that it ends in.
fn message(error: &serde_saphyr::Error) -> String {
    let text = error.to_string();
    let line = text.lines().next().unwrap_or_default();
    // The rest of such a line is a value of the library.
    if let Some(limit) = line.strip_prefix("budget breached: ") {
        return if limit.starts_with("Documents") {
            "expected one document, found another".to_owned()
        } else {
            "more than a file may hold".to_owned()
        };
    }
    let line = match line.rfind(" at line ") {
        Some(end) => &line[..end],
        None => line,
    };
    // Advice to the programmer, not to the author of the file.
    let line = line
        .split(", set DuplicateKeyPolicy")
        .next()
        .unwrap_or(line);
    line.trim_end_matches('.').replace('\'', "`")
}

/// A node without the place of itself: that is in the [`Spanned`] around it.
enum Node {
    Null,
    Bool(bool),
    Integer(i128),
    Float(f64),
    String(String),
    List(Vec<Spanned<Node>>),
    Table(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Integer(value.into()))
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Integer(value))
    }

    fn visit_u128<E: de::Error>(self, value: u128) -> Result<Node, E> {
        i128::try_from(value).map(Node::Integer).map_err(E::custom)
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Float(value))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Node::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_entry()? {
            entries.push(entry);
        }
        Ok(Node::Table(entries))
    }
}

fn convert(text: &Text<'_>, node: Spanned<Node>) -> Value {
    let range = range(text, &node.referenced);
    let data = match node.value {
        Node::Null => Data::Null,
        Node::Bool(value) => Data::Bool(value),
        Node::Integer(value) => Data::Integer(value),
        Node::Float(value) => Data::Float(value),
        Node::String(value) => Data::String(value),
        Node::List(items) => {
            Data::List(items.into_iter().map(|item| convert(text, item)).collect())
        }
        Node::Table(entries) => Data::Table(Table {
            entries: entries
                .into_iter()
                .map(|(key, value)| {
                    let key = Key {
                        range: self::range(text, &key.referenced),
                        text: key.value,
                    };
                    (key, convert(text, value))
                })
                .collect(),
        }),
    };
    Value { range, data }
}

/// The bytes of a location. The parser counts lines and columns in characters
/// and knows bytes for most events only; the rest is found by line and column.
fn range(text: &Text<'_>, location: &Location) -> Range<usize> {
    let whole = text.whole;
    let span = location.span();
    let as_index = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
    let start = span
        .byte_offset()
        .map_or_else(|| text.offset(location), as_index)
        .min(whole.len());
    let end = start
        .saturating_add(span.byte_len().map_or(0, as_index))
        .min(whole.len());
    if whole.is_char_boundary(start) && whole.is_char_boundary(end) {
        let trimmed = whole[start..end].trim_end().len();
        start..start + trimmed
    } else {
        let start = text.offset(location);
        start..start
    }
}

/// A text in which characters are found by line and column, however many there
/// are in a line.
struct Text<'t> {
    whole: &'t str,
    marks: OnceCell<Marks>,
}

/// Where some of the characters of a text are.
struct Marks {
    /// The index of the first character of each line, and of the end.
    lines: Vec<usize>,
    /// The byte of each [`STEP`]th character.
    bytes: Vec<usize>,
}

/// How far apart the characters are whose bytes are known.
const STEP: usize = 64;

impl<'t> Text<'t> {
    fn new(whole: &'t str) -> Self {
        Self {
            whole,
            marks: OnceCell::new(),
        }
    }

    /// The byte at the line and column of `location`; the end of the line where it
    /// has fewer columns.
    fn offset(&self, location: &Location) -> usize {
        let as_index = |value: u64| usize::try_from(value).unwrap_or(usize::MAX);
        let line = as_index(location.line()).saturating_sub(1);
        let column = as_index(location.column()).saturating_sub(1);
        let Marks { lines, bytes } = self.marks.get_or_init(|| marks(self.whole));
        let (Some(start), Some(next)) = (lines.get(line), lines.get(line.saturating_add(1))) else {
            return self.whole.len();
        };
        let index = start.saturating_add(column).min(*next);
        let Some(mark) = bytes.get(index / STEP) else {
            return self.whole.len();
        };
        let mut behind = self.whole[*mark..].char_indices();
        behind
            .nth(index % STEP)
            .map_or(self.whole.len(), |(at, _)| mark + at)
    }
}

fn marks(text: &str) -> Marks {
    let mut marks = Marks {
        lines: vec![0],
        bytes: Vec::new(),
    };
    let mut count = 0;
    for (byte, char) in text.char_indices() {
        if count % STEP == 0 {
            marks.bytes.push(byte);
        }
        count += 1;
        if char == '\n' {
            marks.lines.push(count);
        }
    }
    marks.lines.push(count);
    marks
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;

    fn at(text: &str, value: &Value) -> String {
        text[value.range.clone()].to_owned()
    }

    #[test]
    fn every_value_knows_its_place() {
        let text = "# é\nname: \"naïve\"\nlist: [1, on]\nempty:\n";
        let root = parse(text).unwrap();
        let Data::Table(table) = &root.data else {
            panic!("{root:?}")
        };
        let (key, name) = table.get("name").unwrap();
        assert_eq!(&text[key.range.clone()], "name");
        assert_eq!(at(text, name), "\"naïve\"");
        let (_, list) = table.get("list").unwrap();
        let Data::List(items) = &list.data else {
            panic!("{list:?}")
        };
        assert_eq!(items[0].data, Data::Integer(1));
        assert_eq!(at(text, &items[0]), "1");
        assert_eq!(items[1].data, Data::String("on".into()));
        assert_eq!(table.get("empty").unwrap().1.data, Data::Null);
    }

    #[test]
    fn syntax_errors_have_a_place() {
        let text = "a:\n  - [1, 2\nb: 3\n";
        let error = parse(text).unwrap_err();
        assert!(error.range.is_some(), "{error:?}");
        assert!(!error.message.contains(" line "), "{error:?}");
    }

    #[test]
    fn a_second_document_is_named_as_such() {
        let error = parse("a: b\n---\nc: d\n").unwrap_err();
        assert_eq!(error.message, "expected one document, found another");
    }

    #[test]
    fn an_alias_bomb_and_deep_nesting_are_errors() {
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let item = format!("*a{}, ", level - 1).repeat(10);
            let _ = writeln!(bomb, "a{level}: &a{level} [{item}]");
        }
        assert!(parse(&bomb).is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
        assert!(parse(&"a:\n ".repeat(5_000)).is_err());
    }
}
