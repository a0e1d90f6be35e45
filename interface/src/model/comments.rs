//! The comments of a `.proto`, on their way to WIT.

use std::collections::HashMap;

use prost_reflect::FileDescriptor;

/// The comments of the files that were asked about, by file and path.
#[derive(Default)]
pub(crate) struct Comments {
    files: HashMap<String, HashMap<Vec<i32>, String>>,
}

impl Comments {
    /// The lines of the comment before an element, then of the one behind it.
    pub(crate) fn lines(&mut self, file: &FileDescriptor, path: &[i32]) -> Vec<String> {
        if !self.files.contains_key(file.name()) {
            self.files.insert(file.name().to_owned(), of_file(file));
        }
        let text = self.files[file.name()].get(path);
        text.map_or_else(Vec::new, |text| lines(text))
    }
}

fn of_file(file: &FileDescriptor) -> HashMap<Vec<i32>, String> {
    let Some(info) = &file.file_descriptor_proto().source_code_info else {
        return HashMap::new();
    };
    info.location
        .iter()
        .filter_map(|location| {
            let (before, behind) = (&location.leading_comments, &location.trailing_comments);
            let text = match (before, behind) {
                (Some(before), Some(behind)) => format!("{}\n\n{behind}", before.trim_end()),
                (Some(one), None) | (None, Some(one)) => one.clone(),
                (None, None) => return None,
            };
            Some((location.path.clone(), text))
        })
        .collect()
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
