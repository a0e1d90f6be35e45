use std::ops::Range;

use super::advice;
use super::scan::Outline;
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_proto, list, nearest};
use crate::source::RepoPath;

/// What the parser says first about a file.
pub(super) fn syntax(
    path: &RepoPath,
    text: &str,
    outline: &Outline<'_>,
    error: &protox_parse::ParseError,
) -> Diagnostic {
    let mut diagnostic = one(path, text, error, &|range| range);
    // The parser's own word for a bad import is that for a bad group.
    if diagnostic
        .help
        .as_deref()
        .is_some_and(|help| help.starts_with("imports "))
    {
        "invalid import".clone_into(&mut diagnostic.message);
    }
    let at = place(text, error).start;
    let advice = advice::advice(path, outline, &diagnostic.message, at);
    if diagnostic.help.is_none() {
        diagnostic.help = advice.help;
    }
    diagnostic.fixes.extend(advice.fix);
    match advice.also {
        Some((start, label)) => {
            let end = text[start..]
                .find('\n')
                .map_or(text.len(), |end| start + end);
            let line = text[start..end].trim_end();
            let span = Span::new(path.clone(), start..start + line.len());
            diagnostic.also(span, label)
        }
        None => diagnostic,
    }
}

/// Where an error of the parser is; the end of the text where that ends too early.
pub(super) fn place(text: &str, error: &protox_parse::ParseError) -> Range<usize> {
    let end = text.trim_end().len();
    main_label(error, &|range| range).map_or(end..end, |(range, _)| range)
}

/// Everything that the linker has to say about one file.
pub(super) fn link(
    path: &RepoPath,
    text: &str,
    error: prost_reflect::DescriptorError,
) -> Vec<Diagnostic> {
    let error = error.with_source_code(text);
    all(path, text, &error, &|range| from_characters(text, range))
}

fn all(
    path: &RepoPath,
    text: &str,
    error: &dyn miette::Diagnostic,
    place: &dyn Fn(Range<usize>) -> Range<usize>,
) -> Vec<Diagnostic> {
    let related = error.related().into_iter().flatten();
    std::iter::once(error)
        .chain(related)
        .map(|error| one(path, text, error, place))
        .collect()
}

/// The labels of an error, the one that it is about last.
fn labels(
    error: &dyn miette::Diagnostic,
    place: &dyn Fn(Range<usize>) -> Range<usize>,
) -> Vec<(Range<usize>, String)> {
    let mut labels: Vec<(Range<usize>, String)> = error
        .labels()
        .into_iter()
        .flatten()
        .map(|label| {
            let range = place(label.offset()..label.offset() + label.len());
            let words = label.label().unwrap_or_default().replace('\'', "`");
            (range, words.replace('…', "").trim().to_owned())
        })
        .collect();
    // Of two places, the second is the one that should not be there, unless it
    // is what the first refers to.
    if labels.len() == 2 && labels[1].1 == "defined here" {
        labels.swap(0, 1);
    }
    labels
}

fn main_label(
    error: &dyn miette::Diagnostic,
    place: &dyn Fn(Range<usize>) -> Range<usize>,
) -> Option<(Range<usize>, String)> {
    labels(error, place).pop()
}

fn one(
    path: &RepoPath,
    text: &str,
    error: &dyn miette::Diagnostic,
    place: &dyn Fn(Range<usize>) -> Range<usize>,
) -> Diagnostic {
    let mut labels = labels(error, place);
    // Without any, the text ended too early.
    let (range, words) = labels
        .pop()
        .unwrap_or_else(|| (text.trim_end().len()..text.trim_end().len(), String::new()));
    let span = |range| Span::new(path.clone(), range);

    let mut message = error.to_string().replace('\'', "`");
    // The linker forgets the name.
    message = message.replace(
        "a field with JSON name `` is",
        "the JSON name of this field is",
    );
    let mut range = range;
    if let Some(cause) = error.diagnostic_source() {
        let cause = cause.to_string().replace('\'', "`");
        range = narrow(text, range, &cause);
        message = format!("{message}: {cause}");
    }
    let mut diagnostic = invalid_proto::diagnostic(span(range), &message, words);
    for (range, words) in labels {
        diagnostic = diagnostic.also(span(range), words);
    }
    let help = error.help().map(|help| help.to_string().replace('\'', "`"));
    match missing_import(&message)
        .map(|file| format!("add `import \"{file}\";`"))
        .or(help)
        .or_else(|| link_advice(&message))
    {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The part of an option that an error within its value is about: the linker
/// knows the place of the option only, but names what it does not understand.
fn narrow(text: &str, option: Range<usize>, cause: &str) -> Range<usize> {
    let Some(name) = cause.split('`').nth(1).filter(|name| !name.is_empty()) else {
        return option;
    };
    let Some(body) = text.get(option.clone()) else {
        return option;
    };
    let is_word = |char: char| char.is_alphanumeric() || char == '_';
    body.match_indices(name)
        .find(|(at, found)| {
            !body[..*at].ends_with(is_word) && !body[at + found.len()..].starts_with(is_word)
        })
        .map_or(option.clone(), |(at, found)| {
            option.start + at..option.start + at + found.len()
        })
}

/// The import that an unknown name needs, where vimana brings the file along.
pub(super) fn missing_import(message: &str) -> Option<&'static str> {
    Some(if message.contains("`google.api.http`") {
        "google/api/annotations.proto"
    } else if message.contains("`google.api.HttpBody`") {
        "google/api/httpbody.proto"
    } else if message.contains("`google.protobuf.Timestamp`") {
        "google/protobuf/timestamp.proto"
    } else if message.contains("`google.protobuf.Duration`") {
        "google/protobuf/duration.proto"
    } else if message.contains("`google.protobuf.Empty`") {
        "google/protobuf/empty.proto"
    } else {
        return None;
    })
}

/// What to type for what the linker refuses.
fn link_advice(message: &str) -> Option<String> {
    if let Some((_, rest)) = message.split_once("field `")
        && let Some((field, rest)) = rest.split_once("` not found for message `")
    {
        return fields_of(rest.trim_end_matches('`'), field);
    }
    if message.ends_with(" is not defined") {
        return Some("mend the name, or import the file that defines it".into());
    }
    if message.ends_with(" is defined twice") || message.ends_with(" is already used") {
        return Some("change one of the two".into());
    }
    if message.contains("already set") {
        return Some("keep one of the two".into());
    }
    None
}

/// The fields of a message of vimana's own options, for who names another.
fn fields_of(message: &str, field: &str) -> Option<String> {
    let message = vimana_proto::descriptor_pool().get_message_by_name(message)?;
    let names: Vec<String> = message
        .fields()
        .map(|field| field.name().to_owned())
        .collect();
    Some(match nearest(field, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("its fields are {}", list(&names)),
    })
}

/// The linker takes columns, which the parser counts in bytes, for characters.
fn from_characters(text: &str, range: Range<usize>) -> Range<usize> {
    let correct = |offset: usize| {
        let offset = offset.min(text.len());
        let Some(before) = text.get(..offset) else {
            return offset;
        };
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        line + text[line..offset].chars().count()
    };
    let start = correct(range.start);
    start..correct(range.end).max(start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_of_the_wrong_kind_is_blamed_where_it_is_used() {
        let text = "syntax = \"proto3\"; package a;\nservice S { rpc M(E) returns (E); }\nenum E { A = 0; }\n";
        let file = protox_parse::parse("a.proto", text).unwrap();
        let mut pool = prost_reflect::DescriptorPool::new();
        let error = pool.add_file_descriptor_proto(file).unwrap_err();
        let path = RepoPath::new("a.proto").unwrap();
        let found = link(&path, text, error);
        let used = text.find("(E)").unwrap() + 1;
        assert_eq!(found[0].primary().unwrap().range.start, used, "{found:#?}");
    }
}
