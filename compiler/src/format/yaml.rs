//! YAML. Another crate lays the text out; here is held to that it keeps what the
//! text says.

use pretty_yaml::config::{FormatOptions, LanguageOptions, LayoutOptions};
use yaml_parser::SyntaxKind;

use super::FormatError;
use crate::diagnostic::Span;
use crate::document::{Data, Value, yaml};
use crate::rules::invalid_yaml;
use crate::source::RepoPath;
use crate::textproto::format::{LineBreak, WIDTH};

/// How often a text is formatted until it stays as it is.
const MAX_ROUNDS: usize = 4;

pub(super) fn format(file: &RepoPath, text: &str) -> Result<String, FormatError> {
    // Also keeps what nests too deep for the formatter away from it.
    let before = yaml::parse(text).map_err(|error| {
        let span = Span::new(file.clone(), error.range.unwrap_or(0..0));
        FormatError::Invalid(vec![invalid_yaml::diagnostic(span, &error.message)])
    })?;
    let line_break = LineBreak::of(text);
    let plain = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let formatted = settle(&plain)?;
    let after = yaml::parse(&formatted).map_err(|_| FormatError::Meaning)?;
    if !is_same(&before, &after) {
        return Err(FormatError::Meaning);
    }
    if comments(&plain)? != comments(&formatted)? {
        return Err(FormatError::Comments);
    }
    Ok(match line_break {
        LineBreak::Lf => formatted,
        LineBreak::CrLf => formatted.replace('\n', line_break.as_str()),
    })
}

/// Formats until nothing changes any more: some texts take a second round.
fn settle(text: &str) -> Result<String, FormatError> {
    let options = FormatOptions {
        layout: LayoutOptions {
            print_width: WIDTH,
            ..LayoutOptions::default()
        },
        language: LanguageOptions {
            // Within a block scalar it is part of the text.
            trim_trailing_whitespaces: false,
            ..LanguageOptions::default()
        },
    };
    let mut text = text.to_owned();
    for _ in 0..MAX_ROUNDS {
        let next = pretty_yaml::format_text(&text, &options).map_err(|error| unknown(&error))?;
        if next == text {
            return Ok(text);
        }
        text = next;
    }
    Err(FormatError::Unstable)
}

fn unknown(error: &yaml_parser::SyntaxError) -> FormatError {
    let text = error.to_string();
    FormatError::Unknown(text.lines().next().unwrap_or_default().to_owned())
}

/// The comments, sorted.
fn comments(text: &str) -> Result<Vec<String>, FormatError> {
    let tree = yaml_parser::parse(text).map_err(|error| unknown(&error))?;
    let mut comments: Vec<String> = tree
        .descendants_with_tokens()
        .filter(|element| element.kind() == SyntaxKind::COMMENT)
        .map(|comment| comment.to_string().trim_end().to_owned())
        .collect();
    comments.sort();
    Ok(comments)
}

/// Whether two values are equal, wherever they are written.
fn is_same(a: &Value, b: &Value) -> bool {
    match (&a.data, &b.data) {
        (Data::List(a), Data::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Data::Table(a), Data::Table(b)) => {
            a.entries.len() == b.entries.len()
                && a.entries
                    .iter()
                    .zip(&b.entries)
                    .all(|((a, value), (b, other))| a.text == b.text && is_same(value, other))
        }
        (Data::Float(a), Data::Float(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    }
}
