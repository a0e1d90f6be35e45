//! The comments of a `.proto`, on their way to WIT.

use std::borrow::Cow;
use std::collections::BTreeMap;

use prost_reflect::FileDescriptor;
use prost_types::source_code_info::Location;

/// The comments of the files that were asked about.
#[derive(Default)]
pub(crate) struct Comments {
    files: BTreeMap<String, Commented>,
}

/// Where in the source information of a file the places with comments are, by their
/// paths. Most places have none.
type Commented = BTreeMap<Vec<i32>, usize>;

impl Comments {
    /// The lines of the comment before an element, then of the one behind it.
    pub(crate) fn lines(&mut self, file: &FileDescriptor, path: &[i32]) -> Vec<String> {
        let locations = locations(file);
        if !self.files.contains_key(file.name()) {
            self.files.insert(file.name().to_owned(), of(locations));
        }
        let index = self.files[file.name()].get(path);
        let text = index.and_then(|index| text(locations.get(*index)?));
        text.map_or_else(Vec::new, |text| lines(&text))
    }
}

fn locations(file: &FileDescriptor) -> &[Location] {
    let info = file.file_descriptor_proto().source_code_info.as_ref();
    info.map_or(&[], |info| &info.location)
}

fn of(locations: &[Location]) -> Commented {
    let has_comment = |location: &Location| {
        location.leading_comments.is_some() || location.trailing_comments.is_some()
    };
    let commented = locations.iter().enumerate();
    commented
        .filter(|(_, location)| has_comment(location))
        .map(|(index, location)| (location.path.clone(), index))
        .collect()
}

fn text(location: &Location) -> Option<Cow<'_, str>> {
    match (&location.leading_comments, &location.trailing_comments) {
        (Some(before), Some(behind)) => {
            Some(Cow::Owned(format!("{}\n\n{behind}", before.trim_end())))
        }
        (Some(one), None) | (None, Some(one)) => Some(Cow::Borrowed(one)),
        (None, None) => None,
    }
}

/// The lines of a comment, without the blank ones around and the space that
/// follows `//`.
fn lines(text: &str) -> Vec<String> {
    let lines: Vec<String> = text
        .lines()
        .map(|line| {
            // `///` is as common as `//`.
            let line = line.strip_prefix('/').unwrap_or(line);
            let line = line.strip_prefix(' ').unwrap_or(line).trim_end();
            line.chars().map(printable).collect()
        })
        .collect();
    let first = lines.iter().position(|line| !line.is_empty());
    let last = lines.iter().rposition(|line| !line.is_empty());
    match (first, last) {
        (Some(first), Some(last)) => lines[first..=last].to_vec(),
        _ => Vec::new(),
    }
}

/// WIT refuses control characters, those that change the direction of text, and
/// some that Unicode deprecates.
fn printable(character: char) -> char {
    match character {
        '\t' => ' ',
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}'
        | '\u{149}'
        | '\u{673}'
        | '\u{f77}'
        | '\u{f79}'
        | '\u{17a3}'
        | '\u{17a4}'
        | '\u{17b4}'
        | '\u{17b5}' => char::REPLACEMENT_CHARACTER,
        character if character.is_control() => char::REPLACEMENT_CHARACTER,
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_loses_its_margin_and_what_wit_refuses() {
        assert_eq!(
            lines("\n One\u{202e}\u{7}.\n   indented\t\n\n Two.\n\n"),
            ["One\u{fffd}\u{fffd}.", "  indented", "", "Two."]
        );
        assert!(lines(" \n").is_empty());
    }
}
