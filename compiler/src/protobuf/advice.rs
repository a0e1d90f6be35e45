//! What to type instead of what the grammar refuses.

use std::collections::BTreeSet;

use super::scan::{HEADS, Kind, Outline};
use crate::diagnostic::{Fix, Span};
use crate::rules::nearest;
use crate::source::RepoPath;

/// What to do about an error.
#[derive(Debug, Default)]
pub(super) struct Advice {
    pub(super) help: Option<String>,
    pub(super) fix: Option<Fix>,
    /// Another place that explains the error, and how.
    pub(super) also: Option<(usize, &'static str)>,
}

impl Advice {
    fn help(help: impl Into<String>) -> Self {
        Self {
            help: Some(help.into()),
            ..Self::default()
        }
    }
}

/// What to type for each thing that the parser says in fixed words.
const SAID: [(&str, &str); 16] = [
    (
        "invalid token",
        "write names in ASCII letters, digits and `_`, and other text in quotes",
    ),
    (
        "integer is too large",
        "write a number of at most 64 bits; numbers of fields end at 536870911",
    ),
    (
        "unterminated string",
        "end the string with its quote on the same line",
    ),
    (
        "invalid string escape",
        "write `\\\\` for a backslash, or one of `\\n`, `\\t`, `\\\"`, `\\x41`, `\\101` and `\\u0041`",
    ),
    (
        "nested block comments are not supported",
        "write `//` before each line of the inner comment",
    ),
    ("multiple package names specified", "keep one of the two"),
    (
        "whitespace is required between an integer literal and an identifier",
        "put a space between them, or let the name start with a letter",
    ),
    (
        "`#` comments are not allowed here",
        "begin the comment with `//`",
    ),
    (
        "message numbers must be between",
        "take a number from 1 to 536870911",
    ),
    (
        "default values are not allowed in proto3",
        "leave the default out: without a value, a field of proto3 is 0, empty or false",
    ),
    (
        "map fields cannot have labels",
        "leave the label out: a map is repeated by itself",
    ),
    (
        "oneof fields cannot have labels",
        "leave the label out; to repeat a field of a oneof, put it in a message of its own",
    ),
    (
        "groups are not allowed in proto3",
        "write a message, and a field of that type",
    ),
    (
        "required fields are not allowed in proto3",
        "leave `required` out; with `optional`, the presence of the field is known",
    ),
    (
        "a map field key type must be",
        "take an integer, `bool` or `string` as the key, or write `repeated` of a message with key and value",
    ),
    (
        "a oneof must have at least one field",
        "give it a field, or remove it",
    ),
];

/// What to do about the error `message` at `at`.
pub(super) fn advice(path: &RepoPath, outline: &Outline<'_>, message: &str, at: usize) -> Advice {
    if message.starts_with("fields must have a label with proto2") {
        return unlabelled(path, outline);
    }
    if let Some((_, help)) = SAID.iter().find(|(said, _)| message.starts_with(said)) {
        return Advice::help(*help);
    }
    let Some((expected, found)) = message
        .strip_prefix("expected ")
        .and_then(|rest| rest.split_once(", but "))
    else {
        return Advice::default();
    };
    if found == "reached end of file" {
        return at_the_end(outline, expected);
    }
    let is_ended = outline.around(at).is_none();
    if is_ended && outline.stray.contains(&at) {
        return Advice {
            fix: Some(Fix::likely(
                "remove the `}`",
                Span::new(path.clone(), at..at + 1),
                "",
            )),
            ..Advice::help("remove the `}`, or put the `{` where its block begins")
        };
    }
    Context::new(path, outline, expected, at)
        .and_then(|context| context.advice())
        .unwrap_or_default()
}

/// A file without `syntax` is one of proto2.
fn unlabelled(path: &RepoPath, outline: &Outline<'_>) -> Advice {
    if !outline.declarations.is_empty() && outline.keyword(0) == "syntax" {
        return Advice::help("write `optional` or `required` before the type");
    }
    let start = outline
        .declarations
        .first()
        .map_or(0, |first| first.range.start);
    Advice {
        fix: Some(Fix::likely(
            "make it a file of proto3",
            Span::new(path.clone(), start..start),
            "syntax = \"proto3\";\n\n",
        )),
        ..Advice::help(
            "begin the file with `syntax = \"proto3\";`, or write `optional` or `required` before the type",
        )
    }
}

fn at_the_end(outline: &Outline<'_>, expected: &str) -> Advice {
    let Some(open) = outline.unclosed() else {
        return Advice::help(format!("add {expected} at the end"));
    };
    let declaration = &outline.declarations[open];
    let head = outline.text[outline.head(open)].trim_end();
    Advice {
        also: Some((declaration.range.start, "this is not closed")),
        ..Advice::help(format!("close `{head} {{` with `}}`"))
    }
}

/// A statement that is not as the grammar has it.
struct Context<'o, 't> {
    path: &'o RepoPath,
    outline: &'o Outline<'t>,
    expected: &'o str,
    index: usize,
    /// The token that should not be there.
    token: usize,
}

impl<'o, 't> Context<'o, 't> {
    fn new(
        path: &'o RepoPath,
        outline: &'o Outline<'t>,
        expected: &'o str,
        at: usize,
    ) -> Option<Self> {
        Some(Self {
            path,
            outline,
            expected,
            index: outline.around(at)?,
            token: outline
                .tokens
                .iter()
                .position(|token| token.range.start == at)?,
        })
    }

    fn advice(&self) -> Option<Advice> {
        self.unclosed_before()
            .or_else(|| self.missing_semicolon())
            .or_else(|| self.misspelt())
            .or_else(|| self.unnumbered())
            .or_else(|| Some(Advice::help(self.shape()?)))
    }

    fn first(&self) -> usize {
        self.outline.declarations[self.index].tokens.start
    }

    /// What the declaration stands in: `message`, `enum`, ...; nothing for the file.
    fn parent(&self) -> Option<&'t str> {
        let parent = self.outline.declarations[self.index].parent?;
        let words = self.outline.declarations[parent].tokens.clone();
        // A group has a label before it.
        let group = words
            .clone()
            .take(3)
            .any(|word| self.outline.word(word) == "group");
        Some(if group {
            "message"
        } else {
            self.outline.keyword(parent)
        })
    }

    /// A statement that goes on on the next line, or ends with its block.
    fn missing_semicolon(&self) -> Option<Advice> {
        let token = &self.outline.tokens[self.token];
        let first = self.first();
        let tokens = self.outline.declarations[self.index].tokens.clone();
        let ends = self.outline.word(self.token) == "}" && !self.outline.is_unbalanced()
            || self.outline.next_statement(tokens, self.token) == Some(self.token)
            || token.begins_line && self.token == self.outline.declarations[self.index].tokens.end;
        if !ends || !self.expected.contains("`;`") || self.token <= first {
            return None;
        }
        let end = self.outline.tokens[self.token - 1].range.end;
        Some(Advice {
            fix: Some(Fix::safe(
                "put `;` at the end of the statement",
                Span::new(self.path.clone(), end..end),
                ";",
            )),
            also: Some((
                self.outline.tokens[self.token - 1].range.start,
                "`;` is missing behind this",
            )),
            ..Advice::help("put `;` at the end of the statement before")
        })
    }

    /// A word that is nearly one of the grammar.
    fn misspelt(&self) -> Option<Advice> {
        let first = self.first();
        let word = self.outline.word(first);
        let known: &[&str] = match self.parent() {
            None => &[
                "syntax", "package", "import", "option", "message", "enum", "service", "extend",
            ],
            Some("service") => &["rpc", "option"],
            Some("message") => &[
                "message",
                "enum",
                "oneof",
                "option",
                "optional",
                "repeated",
                "required",
                "reserved",
                "extend",
                "extensions",
                "map",
            ],
            Some(_) => &["option", "reserved"],
        };
        let near = nearest(word, known.iter().copied())?;
        if near == word {
            return self.misspelt_returns();
        }
        let span = Span::new(self.path.clone(), self.outline.tokens[first].range.clone());
        Some(Advice {
            fix: Some(Fix::likely(format!("write `{near}`"), span, near)),
            ..Advice::help(format!("did you mean `{near}`?"))
        })
    }

    /// `returns`, the one word of the grammar within a statement.
    fn misspelt_returns(&self) -> Option<Advice> {
        let word = self.outline.word(self.token);
        if self.expected != "`returns`" || nearest(word, ["returns"]).is_none() {
            return None;
        }
        let span = Span::new(
            self.path.clone(),
            self.outline.tokens[self.token].range.clone(),
        );
        Some(Advice {
            fix: Some(Fix::safe("write `returns`", span, "returns")),
            ..Advice::help("did you mean `returns`?")
        })
    }

    /// A field or a value without its number.
    fn unnumbered(&self) -> Option<Advice> {
        let declaration = &self.outline.declarations[self.index];
        let is_ended = self.outline.word(self.token) == ";";
        let owner = self.parent()?;
        let is_numbered = matches!(owner, "message" | "oneof" | "extend" | "enum");
        let says_so = self.expected.starts_with("`=`") || self.expected.contains("integer");
        let keyword = self.outline.keyword(self.index);
        if !is_ended || !is_numbered || !says_so || HEADS.contains(&keyword) {
            return None;
        }
        if matches!(keyword, "option" | "reserved" | "extensions") {
            return None;
        }
        let number = self.next_number(declaration.parent?, owner);
        let before = &self.outline.tokens[self.token - 1];
        let written = self.outline.text[declaration.range.start..before.range.end]
            .trim_end_matches('=')
            .trim_end();
        let at = declaration.range.start + written.len()..before.range.end;
        let thing = if owner == "enum" { "value" } else { "field" };
        Some(Advice {
            fix: Some(Fix::likely(
                format!("give it the next number, {number}"),
                Span::new(self.path.clone(), at),
                format!(" = {number}"),
            )),
            ..Advice::help(format!(
                "give the {thing} a number: `{written} = {number};`"
            ))
        })
    }

    /// The number after the highest of a block, those of its oneofs included.
    fn next_number(&self, parent: usize, owner: &str) -> i64 {
        let around = match owner {
            "oneof" => self.outline.declarations[parent].parent.unwrap_or(parent),
            _ => parent,
        };
        let members: BTreeSet<usize> = self
            .outline
            .declarations
            .iter()
            .enumerate()
            .filter(|(index, member)| {
                member.parent == Some(around)
                    || member.parent == Some(parent)
                    || member.parent.is_some_and(|oneof| {
                        *index > oneof
                            && self.outline.keyword(oneof) == "oneof"
                            && self.outline.declarations[oneof].parent == Some(around)
                    })
            })
            .map(|(index, _)| index)
            .collect();
        let numbers = members.iter().filter_map(|member| {
            let mut tokens = self.outline.declarations[*member].tokens.clone();
            tokens
                .find(|token| self.outline.word(*token) == "=")
                .and_then(|equals| self.outline.word(equals + 1).parse::<i64>().ok())
        });
        let first = i64::from(owner != "enum");
        match numbers.max() {
            // 19000 to 19999 are reserved for Protobuf itself.
            Some(18_999) => 20_000,
            Some(highest) => highest + 1,
            None => first,
        }
    }

    /// A block that is not closed before what should stand outside of it.
    fn unclosed_before(&self) -> Option<Advice> {
        if self.outline.unclosed_before(self.index) == 0 {
            return None;
        }
        let declaration = &self.outline.declarations[self.index];
        let parent = &self.outline.declarations[declaration.parent?];
        let head = self.outline.text[self.outline.head(declaration.parent?)].trim_end();
        let end = self.outline.tokens[declaration.tokens.start.checked_sub(1)?]
            .range
            .end;
        let indentation = " ".repeat(self.outline.indentation(parent.range.start));
        Some(Advice {
            also: Some((parent.range.start, "this is not closed before it")),
            fix: Some(Fix::likely(
                format!("close `{head}`"),
                Span::new(self.path.clone(), end..end),
                format!("\n{indentation}}}"),
            )),
            ..Advice::help(format!("close `{head} {{` with `}}` before this"))
        })
    }

    /// Whether the error is among the options of a field.
    fn is_in_brackets(&self) -> bool {
        let before = self.first()..self.token;
        let count = |sign| {
            before
                .clone()
                .filter(|token| self.outline.word(*token) == sign)
                .count()
        };
        count("[") > count("]")
    }

    /// How a statement of this kind is written.
    fn shape(&self) -> Option<String> {
        let keyword = self.outline.keyword(self.index);
        let name = self
            .outline
            .tokens
            .get(self.first() + 1)
            .filter(|token| token.kind == Kind::Word && !token.begins_line)
            .map_or("NAME", |token| &self.outline.text[token.range.clone()]);
        let name = if name.starts_with(|first: char| first.is_ascii_digit()) {
            "NAME"
        } else {
            name
        };
        if self.is_in_brackets() {
            return Some("write options as `[NAME = VALUE, NAME = VALUE]`".to_owned());
        }
        let shape = match (keyword, self.parent()) {
            ("message" | "enum" | "oneof" | "service" | "extend", _) => {
                format!("{keyword} {name} {{ ... }}")
            }
            ("rpc", Some("service")) => format!("rpc {name}(REQUEST) returns (RESPONSE);"),
            ("import", None) => "import \"PATH\";".to_owned(),
            ("package", None) => format!("package {name};"),
            ("syntax", None) => "syntax = \"proto3\";".to_owned(),
            ("option", _) => "option NAME = VALUE;".to_owned(),
            ("map", _) => "map<KEY, VALUE> NAME = NUMBER;".to_owned(),
            ("reserved", _) => {
                return Some(
                    "write numbers, `reserved 2, 5 to 8;`, or names in quotes, `reserved \"name\";`"
                        .to_owned(),
                );
            }
            ("extensions", _) => "extensions 100 to 199;".to_owned(),
            (_, Some("enum")) => "NAME = NUMBER;".to_owned(),
            (_, Some("service")) => "rpc NAME(REQUEST) returns (RESPONSE);".to_owned(),
            (_, Some("message" | "oneof" | "extend")) => "TYPE NAME = NUMBER;".to_owned(),
            (_, None) => {
                return Some(
                    "a file holds `syntax`, `package`, `import`, `option`, `message`, `enum`, `service` and `extend`"
                        .to_owned(),
                );
            }
            (_, Some(_)) => return None,
        };
        Some(format!("write it as `{shape}`"))
    }
}
