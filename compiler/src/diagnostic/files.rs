use std::collections::BTreeMap;
use std::ops::Range;

use super::Span;
use crate::source::RepoPath;

/// The texts that spans are in, for renderers.
#[derive(Debug, Clone, Default)]
pub struct SourceFiles {
    files: BTreeMap<RepoPath, SourceFile>,
}

/// A file and where its lines begin.
#[derive(Debug, Clone)]
pub struct SourceFile {
    text: String,
    /// The offset of the first byte of each line.
    lines: Vec<usize>,
    is_binary: bool,
}

/// A place in a text, as people and editors count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineColumn {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// How many bytes are looked at to tell a binary file from a text, as in git.
const BINARY_PROBE: usize = 8000;

impl SourceFiles {
    /// No files.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file, or replaces it.
    pub fn insert(&mut self, path: RepoPath, bytes: &[u8]) {
        self.files.insert(path, SourceFile::new(bytes));
    }

    /// The file at `path`, where it was added.
    #[must_use]
    pub fn get(&self, path: &RepoPath) -> Option<&SourceFile> {
        self.files.get(path)
    }

    /// Where `span` begins; none where its file is binary or was never added.
    #[must_use]
    pub fn line_column(&self, span: &Span) -> Option<LineColumn> {
        let file = self.get(&span.file).filter(|file| !file.is_binary)?;
        Some(file.line_column(span.range.start))
    }

    /// Every file, by path.
    pub fn iter(&self) -> impl Iterator<Item = (&RepoPath, &SourceFile)> {
        self.files.iter()
    }

    /// Takes in the files of `other`.
    pub fn extend(&mut self, other: Self) {
        self.files.extend(other.files);
    }
}

impl SourceFile {
    fn new(bytes: &[u8]) -> Self {
        let is_binary = bytes[..bytes.len().min(BINARY_PROBE)].contains(&0);
        let text = if is_binary {
            String::new()
        } else {
            decode(bytes)
        };
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0)
            .chain(breaks.map(|(at, _)| at + 1))
            .collect();
        Self {
            text,
            lines,
            is_binary,
        }
    }

    /// The text. Each byte that is no UTF-8 is shown as `?`, so that offsets
    /// stay what they are in the file. Empty for a binary file.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file is no text; its content is never shown.
    #[must_use]
    pub const fn is_binary(&self) -> bool {
        self.is_binary
    }

    /// The line and column of the byte `offset`. An offset within a character
    /// is that of the character, one past the end is the end.
    #[must_use]
    pub fn line_column(&self, offset: usize) -> LineColumn {
        let offset = floor(&self.text, offset);
        let line = self.line_index(offset);
        let column = self.text[self.lines[line]..offset].chars().count();
        let from_one = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
        LineColumn {
            line: from_one(line),
            column: from_one(column),
        }
    }

    /// The index of the line that holds the byte `offset`.
    pub(super) fn line_index(&self, offset: usize) -> usize {
        self.lines.partition_point(|start| *start <= offset) - 1
    }

    /// The bytes of a line, without its line break.
    pub(super) fn line_range(&self, line: usize) -> Range<usize> {
        let start = self.lines[line];
        let end = match self.lines.get(line + 1) {
            Some(next) => next - 1,
            None => self.text.len(),
        };
        let is_crlf = self.text[start..end].ends_with('\r');
        start..end - usize::from(is_crlf)
    }

    /// `range` moved to characters, and into the text.
    pub(super) fn clamp(&self, range: &Range<usize>) -> Range<usize> {
        let start = floor(&self.text, range.start);
        let mut end = range.end.clamp(start, self.text.len().max(start));
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }
}

/// The last place of a character at or before `offset`.
fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(text: &[u8]) -> (SourceFiles, RepoPath) {
        let path = RepoPath::new("a.txt").unwrap();
        let mut files = SourceFiles::new();
        files.insert(path.clone(), text);
        (files, path)
    }

    fn at(files: &SourceFiles, path: &RepoPath, offset: usize) -> (u32, u32) {
        let span = Span::new(path.clone(), offset..offset);
        let place = files.line_column(&span).unwrap();
        (place.line, place.column)
    }

    #[test]
    fn columns_count_characters_from_one() {
        let (files, path) = files("é=1\r\nb\n".as_bytes());
        assert_eq!(at(&files, &path, 0), (1, 1));
        assert_eq!(at(&files, &path, 1), (1, 1), "within a character");
        assert_eq!(at(&files, &path, 2), (1, 2));
        assert_eq!(at(&files, &path, 6), (2, 1));
        assert_eq!(at(&files, &path, 8), (3, 1));
        assert_eq!(at(&files, &path, 99), (3, 1), "past the end");
    }

    #[test]
    fn invalid_utf8_moves_no_offset() {
        let (files, path) = files(b"a\xff\xfeb\xe2\x82\n");
        assert_eq!(files.get(&path).unwrap().text(), "a??b??\n");
        assert_eq!(at(&files, &path, 3), (1, 4));
    }

    #[test]
    fn a_binary_file_has_no_lines() {
        let (files, path) = files(b"\0asm\n\n");
        assert!(files.get(&path).unwrap().is_binary());
        assert_eq!(files.line_column(&Span::new(path, 5..6)), None);
    }
}
