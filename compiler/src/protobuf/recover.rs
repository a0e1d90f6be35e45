//! All that is wrong with a file, where the parser says only what is first.
//!
//! What the parser finds is reported; then the text is mended or the declaration
//! blanked out, so that no byte moves, and parsed again. An error that may be the
//! consequence of one before it is not reported.

mod mend;

use std::ops::Range;

use protox_parse::ParseError;

use super::error;
use super::scan::{End, Outline};
use crate::diagnostic::Diagnostic;
use crate::source::RepoPath;
use mend::{Edit, mend};

/// How many errors of one file are reported.
const LIMIT: usize = 20;

/// How many bytes are parsed again for the sake of one file.
const BUDGET: usize = 32 << 20;

/// What the parser says of a good file when it takes it for the other syntax.
const OF_SYNTAX: [&str; 5] = [
    "fields must have a label with proto2 syntax",
    "groups are not allowed in proto3 syntax",
    "required fields are not allowed in proto3 syntax",
    "default values are not allowed in proto3",
    "unknown syntax",
];

/// Everything that is wrong with `text`, of which `first` is what the parser said.
pub(super) fn errors(path: &RepoPath, text: &str, first: &ParseError) -> Vec<Diagnostic> {
    let mut recovery = Recovery {
        text: text.as_bytes().to_vec(),
        blanked: Vec::new(),
        is_syntax_lost: false,
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut budget = BUDGET;
    let mut next = None;
    let mut last_place = None;
    for _ in 0..4 * LIMIT {
        let error: &ParseError = next.as_ref().unwrap_or(first);
        let Ok(rest) = std::str::from_utf8(&recovery.text) else {
            break;
        };
        let outline = Outline::new(rest);
        let place = error::place(text, error);
        let message = error.to_string();
        if message.ends_with("reached end of file") {
            if found.is_empty() || is_open(&outline) {
                found.push(error::syntax(path, text, &outline, error));
            }
            break;
        }
        if !recovery.is_consequence(&outline, &message, &place) {
            found.push(error::syntax(path, text, &outline, error));
        }
        let has_syntax = !outline.declarations.is_empty() && outline.keyword(0) == "syntax";
        // Each field without a label says the same of a file that lacks its syntax.
        let lacks_syntax = !has_syntax && message.starts_with(OF_SYNTAX[0]);
        let mended = mend(&outline, &message, &place);
        recovery.is_syntax_lost |= lacks_syntax || mended.guesses_syntax;
        let rest = budget.checked_sub(text.len());
        let (Some(rest), true) = (rest, found.len() < LIMIT) else {
            break;
        };
        budget = rest;
        let is_stuck = last_place.replace(place.clone()) == Some(place);
        if is_stuck || !recovery.apply(&mended.edits) {
            break;
        }
        let Ok(rest) = std::str::from_utf8(&recovery.text) else {
            break;
        };
        match protox_parse::parse(path.as_str(), rest) {
            Ok(_) => break,
            Err(error) => next = Some(error),
        }
    }
    found
}

/// The options of a range of extensions, where the `[` at `at` begins them.
pub(super) fn range_options(text: &str, at: usize) -> Option<Range<usize>> {
    if !text[at..].starts_with('[') {
        return None;
    }
    let outline = Outline::new(text);
    let index = outline.around(at)?;
    let declaration = &outline.declarations[index];
    let last = declaration.tokens.end.checked_sub(1)?;
    let is_whole = outline.keyword(index) == "extensions"
        && outline.word(last) == ";"
        && outline.word(last.checked_sub(1)?) == "]";
    is_whole.then(|| at..outline.tokens[last].range.start)
}

fn is_open(outline: &Outline<'_>) -> bool {
    let mut declarations = outline.declarations.iter();
    declarations.any(|declaration| declaration.end == End::Open)
}

struct Recovery {
    /// The text without what is wrong, byte for byte.
    text: Vec<u8>,
    blanked: Vec<Range<usize>>,
    /// Whether the syntax of the file is a guess.
    is_syntax_lost: bool,
}

impl Recovery {
    /// Whether an error may be there only since something was removed.
    fn is_consequence(&self, outline: &Outline<'_>, message: &str, place: &Range<usize>) -> bool {
        if self.is_syntax_lost && OF_SYNTAX.iter().any(|start| message.starts_with(start)) {
            return true;
        }
        message == "a oneof must have at least one field"
            && outline.around(place.start).is_some_and(|index| {
                let oneof = &outline.declarations[index].range;
                self.blanked
                    .iter()
                    .any(|range| oneof.contains(&range.start))
            })
    }

    /// Writes the edits. Whether they change anything.
    fn apply(&mut self, edits: &[Edit]) -> bool {
        let mut changed = false;
        for edit in edits {
            let Some(bytes) = self.text.get_mut(edit.range.clone()) else {
                continue;
            };
            for byte in bytes.iter_mut().filter(|byte| !byte.is_ascii_whitespace()) {
                *byte = b' ';
                changed = true;
            }
            let written = edit.text.as_bytes();
            if let Some(bytes) = bytes.get_mut(..written.len()) {
                changed |= bytes != written;
                bytes.copy_from_slice(written);
            }
            self.blanked.push(edit.range.clone());
        }
        changed
    }
}

#[cfg(test)]
mod tests;
