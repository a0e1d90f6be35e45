//! Values and their differences as text.

use std::fmt::Write as _;

use similar::{ChangeTag, TextDiff};
use vimana_proto::Digest;

use super::palette::{Palette, paint, printable};
use crate::plan::{FieldChange, Value};

/// Values that together are longer stand on lines of their own.
const LINE: usize = 90;

/// A value on one line.
pub(super) fn short(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Number(value) | Value::Enum(value) => printable(value).into_owned(),
        Value::String(text) => quoted(text),
        Value::Bytes { digest, size } => format!("{} ({size} bytes)", quoted(digest)),
        Value::List(values) => {
            let values: Vec<_> = values.iter().map(short).collect();
            format!("[{}]", values.join(", "))
        }
        Value::Empty => "{}".to_owned(),
        Value::Redacted => "(redacted)".to_owned(),
    }
}

/// Text in quotes; a digest in short and without.
fn quoted(text: &str) -> String {
    match text.parse::<Digest>() {
        Ok(digest) => digest.short(),
        Err(_) => format!("{text:?}"),
    }
}

/// A field's difference, each line behind `indent`.
pub(super) fn difference(out: &mut String, indent: &str, field: &FieldChange, palette: &Palette) {
    let path = printable(&field.path);
    let (mark, style) = match (&field.before, &field.after) {
        (None, _) => ("+", palette.create),
        (_, None) => ("-", palette.delete),
        _ => ("~", palette.update),
    };
    let mark = paint(style, mark);
    let body = match (&field.before, &field.after) {
        (Some(Value::Redacted), Some(Value::Redacted)) => "(redacted)".to_owned(),
        (Some(before), Some(after)) => match lines_of(before, after) {
            Some((before, after)) => {
                let _ = writeln!(out, "{indent}{mark} {path}:");
                return lines(out, &format!("{indent}    "), &before, &after, palette);
            }
            None => format!("{} -> {}", short(before), short(after)),
        },
        (Some(value), None) | (None, Some(value)) => summary(value),
        (None, None) => return,
    };
    let _ = writeln!(out, "{indent}{mark} {path}: {body}");
}

/// A value that came or went.
fn summary(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains('\n') => {
            format!("{} lines of text", text.lines().count())
        }
        value => short(value),
    }
}

/// Both values in lines, where one line would not do.
fn lines_of(before: &Value, after: &Value) -> Option<(String, String)> {
    match (before, after) {
        (Value::String(before), Value::String(after))
            if before.contains('\n') || after.contains('\n') =>
        {
            Some((before.clone(), after.clone()))
        }
        (Value::List(before), Value::List(after)) => {
            let width = |values: &[Value]| -> usize {
                values.iter().map(|value| short(value).len() + 2).sum()
            };
            let column = |values: &[Value]| -> String {
                values.iter().map(|value| short(value) + "\n").collect()
            };
            (width(before) + width(after) > LINE).then(|| (column(before), column(after)))
        }
        _ => None,
    }
}

fn lines(out: &mut String, indent: &str, before: &str, after: &str, palette: &Palette) {
    let difference = TextDiff::from_lines(before, after);
    for (index, group) in difference.grouped_ops(2).iter().enumerate() {
        if index > 0 {
            let _ = writeln!(out, "{indent}{}", paint(palette.dim, "..."));
        }
        for change in group.iter().flat_map(|op| difference.iter_changes(op)) {
            let (mark, style) = match change.tag() {
                ChangeTag::Delete => ("-", palette.delete),
                ChangeTag::Insert => ("+", palette.create),
                ChangeTag::Equal => (" ", palette.dim),
            };
            let line = change.value().trim_end_matches(['\n', '\r']);
            let line = format!("{mark} {}", printable(line));
            let _ = writeln!(out, "{indent}{}", paint(style, line.trim_end()));
        }
    }
}
