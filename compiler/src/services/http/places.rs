use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostic::Span;
use crate::protobuf::Linked;
use crate::source::RepoPath;
use crate::textproto::{self, Message, Value};

/// The numbers of the extensions `vimana.http` and `google.api.http`.
const HTTP_OPTIONS: [i32; 2] = [51700, 72_295_728];

/// The fields `service` of a file, `method` of a service and `options` of a
/// method, in descriptors.
const SERVICE: i32 = 6;
const METHOD: i32 = 2;
const OPTIONS: i32 = 4;

/// The field `additional_bindings` of `HttpRule`.
const ADDITIONAL_BINDINGS: i32 = 11;

/// Where the HTTP rules of the methods of a file are written. The linker knows
/// the place of a whole option only: what is within is found in its text.
pub(in crate::services) struct Places<'l> {
    file: RepoPath,
    text: &'l str,
    /// The options of each method, by the path of the method, in their order.
    options: BTreeMap<Vec<i32>, Vec<Statement>>,
}

/// `option (vimana.http) = { ... };` or `option (vimana.http).get = "...";`.
struct Statement {
    /// What it sets, within the options of the method.
    path: Vec<i32>,
    range: Range<usize>,
}

impl<'l> Places<'l> {
    /// The places in the file that `linked` is about.
    pub(in crate::services) fn new(linked: &'l Linked, file: &RepoPath) -> Self {
        let mut options: BTreeMap<Vec<i32>, Vec<Statement>> = BTreeMap::new();
        for (path, range) in linked.places(&linked.name, &is_http_option) {
            let (method, path) = path.split_at(METHOD_PATH);
            options.entry(method.to_vec()).or_default().push(Statement {
                // Behind the field `options` itself.
                path: path[1..].to_vec(),
                range,
            });
        }
        Self {
            file: file.clone(),
            text: linked.text(&linked.name).unwrap_or_default(),
            options,
        }
    }

    /// The place of `path`, which begins with the number of the option, in the
    /// rule of the method at `method`: the value, or the nearest thing around it
    /// that is written. `bytes` are those of the value that are meant.
    pub(in crate::services) fn span(
        &self,
        method: &[i32],
        path: &[i32],
        bytes: Option<&Range<usize>>,
    ) -> Option<Span> {
        let statements = self.options.get(method)?;
        let statement = statement(statements, path)?;
        let found = within_statement(statement, path).and_then(|path| {
            let (start, text) = self.value_text(statement)?;
            part(&text, path, bytes, start)
        });
        let range = found.unwrap_or_else(|| statement.range.clone());
        Some(Span::new(self.file.clone(), range))
    }

    /// What stands behind the `=` of a statement, without comments, and where it
    /// begins.
    fn value_text(&self, statement: &Statement) -> Option<(usize, String)> {
        let text = without_comments(self.text.get(statement.range.clone())?);
        let at = text.find('=')? + 1;
        let value = text[at..].trim_end().trim_end_matches(';');
        Some((statement.range.start + at, value.to_owned()))
    }
}

/// The statement that sets `path`, or most of it; else one of the same option.
fn statement<'s>(statements: &'s [Statement], path: &[i32]) -> Option<&'s Statement> {
    // Several statements may set the one field that is repeated.
    if let [_, ADDITIONAL_BINDINGS, index, ..] = path {
        let is_further = |found: &&Statement| found.path.get(1) == Some(&ADDITIONAL_BINDINGS);
        let index = usize::try_from(*index).unwrap_or_default();
        if let Some(found) = statements.iter().filter(is_further).nth(index) {
            return Some(found);
        }
    }
    let holds = |found: &&Statement| path.starts_with(&found.path);
    let is_same = |found: &&Statement| found.path.first() == path.first();
    let longest = statements.iter().filter(holds);
    longest
        .max_by_key(|found| found.path.len())
        .or_else(|| statements.iter().find(is_same))
}

/// What is left of `path` within the value of the statement; none where the
/// statement sets something else.
fn within_statement<'p>(statement: &Statement, path: &'p [i32]) -> Option<&'p [i32]> {
    if statement.path.get(1) == Some(&ADDITIONAL_BINDINGS) {
        // The statement is about one of several, whose index may be in its path.
        return path.get(3..);
    }
    path.strip_prefix(statement.path.as_slice())
}

/// The length of the path of a method: `[6, service, 2, method]`.
const METHOD_PATH: usize = 4;

fn is_http_option(path: &[i32]) -> bool {
    matches!(path, [SERVICE, _, METHOD, _, OPTIONS, option, ..] if HTTP_OPTIONS.contains(option))
}

/// The place of what is at `path` within the value `text`, which begins at `start`
/// in the file.
fn part(
    text: &str,
    path: &[i32],
    bytes: Option<&Range<usize>>,
    start: usize,
) -> Option<Range<usize>> {
    // The value as that of a field, so that it may be of any kind.
    const FIELD: &str = "v:";
    let (document, _) = textproto::parse(&format!("{FIELD}{text}"));
    let value = descend(document.message().fields().next()?.value()?, path);
    let range = match (value, bytes) {
        (Value::Scalar(scalar), Some(bytes)) => within(&scalar.byte_places()?, bytes)?,
        (value, _) => value.range(),
    };
    let offset = |at: usize| (start + at).checked_sub(FIELD.len());
    Some(offset(range.start)?..offset(range.end)?)
}

/// The value at `path`, or the nearest one around it.
fn descend<'t>(value: Value<'t>, path: &[i32]) -> Value<'t> {
    let mut value = value;
    let mut path = path;
    let mut is_rule = true;
    while let ([number, rest @ ..], Value::Message(message)) = (path, &value) {
        let next = if *number == ADDITIONAL_BINDINGS && is_rule {
            let Some((index, behind)) = rest.split_first() else {
                return value;
            };
            path = behind;
            let index = usize::try_from(*index).unwrap_or(0);
            values(*message, "additional_bindings").nth(index)
        } else {
            path = rest;
            let name = name(*number, is_rule);
            is_rule = false;
            values(*message, name).next()
        };
        match next {
            Some(next) => value = next,
            None => return value,
        }
    }
    value
}

/// The name of a field of `HttpRule`, or of `CustomHttpPattern`.
const fn name(number: i32, is_rule: bool) -> &'static str {
    match (number, is_rule) {
        (1, true) => "selector",
        (2, true) => "get",
        (3, true) => "put",
        (4, true) => "post",
        (5, true) => "delete",
        (6, true) => "patch",
        (7, true) => "body",
        (8, true) => "custom",
        (12, true) => "response_body",
        (1, false) => "kind",
        (2, false) => "path",
        _ => "",
    }
}

/// The values of a field, which may stand in a list.
fn values<'t>(message: Message<'t>, name: &str) -> impl Iterator<Item = Value<'t>> {
    message
        .fields()
        .filter(move |field| field.name().is_some_and(|found| found.text == name))
        .filter_map(|field| field.value())
        .flat_map(|value| match value {
            Value::List(list) => list.values().collect(),
            value => vec![value],
        })
}

/// The bytes of the text that stand for `bytes` of the string.
fn within(places: &[Range<usize>], bytes: &Range<usize>) -> Option<Range<usize>> {
    let before = |index: usize| {
        let last = places.last();
        let end = || last.map(|last| last.end);
        places.get(index).map(|place| place.start).or_else(end)
    };
    if bytes.is_empty() {
        let at = before(bytes.start)?;
        return Some(at..at);
    }
    let last = places.get(bytes.end - 1)?;
    Some(before(bytes.start)?..last.end)
}

/// The text with blanks in the place of comments, which are those of C++ in a
/// `.proto`.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted(rest, first),
            '/' if rest.starts_with("//") => {
                let end = rest.find('\n').unwrap_or(rest.len());
                out.extend(std::iter::repeat_n(' ', end));
                rest = &rest[end..];
                continue;
            }
            '/' if rest.starts_with("/*") => {
                let end = rest.find("*/").map_or(rest.len(), |at| at + 2);
                out.extend(std::iter::repeat_n(' ', end));
                rest = &rest[end..];
                continue;
            }
            first => first.len_utf8(),
        };
        out.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out
}

/// The length of the string literal that `text` begins with.
fn quoted(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, char) in text.char_indices().skip(1) {
        match char {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            char if char == quote => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, path: &[i32], bytes: Option<&Range<usize>>) -> &'t str {
        let blank = without_comments(text);
        assert_eq!(blank.len(), text.len());
        &text[part(&blank, path, bytes, 0).unwrap()]
    }

    #[test]
    fn each_part_of_a_rule_is_found() {
        let text = r#" { // get: "/no"
            get: "/a" body /* get: "/no" */ : '*'
            custom { kind: "HEAD" path: "/é" }
            additional_bindings { put: "/b" }
            additional_bindings: [{ put: "/c" }, < put: "/d", response_body: "x" >]
        }"#;
        assert_eq!(found(text, &[2], None), "\"/a\"");
        assert_eq!(found(text, &[7], None), "'*'");
        assert_eq!(found(text, &[8, 1], None), "\"HEAD\"");
        assert_eq!(found(text, &[8, 2], Some(&(1..3))), "é");
        assert_eq!(found(text, &[11, 0, 3], None), "\"/b\"");
        assert_eq!(found(text, &[11, 1, 3], None), "\"/c\"");
        assert_eq!(found(text, &[11, 2, 12], None), "\"x\"");
        assert_eq!(found(text, &[11, 1], None), "{ put: \"/c\" }");
        // What is not there is around it.
        assert_eq!(found(text, &[11, 0, 2], None), "{ put: \"/b\" }");
    }

    #[test]
    fn a_part_of_a_text_is_found_behind_escapes_and_in_several_literals() {
        let text = r#" { get: "/\x61\u00e9" '/{b}' "\057c" }"#;
        // `/aé` and `/{b}` and `/c`.
        assert_eq!(found(text, &[2], Some(&(1..2))), r"\x61");
        assert_eq!(found(text, &[2], Some(&(2..4))), r"\u00e9");
        assert_eq!(found(text, &[2], Some(&(6..7))), "b");
        assert_eq!(found(text, &[2], Some(&(8..10))), r"\057c");
        assert_eq!(found(text, &[2], Some(&(10..10))), "");
        assert_eq!(found(text, &[2], Some(&(1..4))), r"\x61\u00e9");
    }

    #[test]
    fn a_statement_may_set_one_field() {
        assert_eq!(found(" \"/a b\"", &[], Some(&(2..3))), " ");
        let statements = [&[1, 2][..], &[1, 11], &[1, 11, 1]].map(|path| Statement {
            path: path.to_vec(),
            range: 0..path.len(),
        });
        let rest = |path: &[i32]| {
            let statement = statement(&statements, path).unwrap();
            (
                statement.range.end,
                within_statement(statement, path).map(<[i32]>::to_vec),
            )
        };
        assert_eq!(rest(&[1, 2]), (2, Some(vec![])));
        assert_eq!(rest(&[1, 11, 0, 3]), (2, Some(vec![3])));
        assert_eq!(rest(&[1, 11, 1, 8, 2]), (3, Some(vec![8, 2])));
        assert_eq!(rest(&[1, 7]), (2, None));
    }
}
