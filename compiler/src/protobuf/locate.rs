use std::ops::Range;

use prost_types::FileDescriptorProto;
use prost_types::source_code_info::Location;

/// The bytes of the element at `path`, or of the nearest one around it that has
/// a place; the beginning of the file where there is none.
pub(super) fn range(file: &FileDescriptorProto, text: &str, path: &[i32]) -> Range<usize> {
    let locations = locations(file);
    nearest(|path| find(locations, path), text, path)
}

/// The same, with what finds the place of a path.
pub(super) fn nearest<'l>(
    find: impl Fn(&[i32]) -> Option<&'l Location>,
    text: &str,
    path: &[i32],
) -> Range<usize> {
    for length in (1..=path.len()).rev() {
        if let Some(location) = find(&path[..length]) {
            return bytes(text, &location.span);
        }
    }
    0..0
}

/// Whether the element at `path` has a place of its own.
pub(super) fn has(file: &FileDescriptorProto, path: &[i32]) -> bool {
    find(locations(file), path).is_some()
}

/// The bytes of all elements whose paths are `wanted`, in the order of `locations`.
pub(super) fn all<'l>(
    locations: impl Iterator<Item = (&'l [i32], &'l Location)>,
    text: &str,
    wanted: &dyn Fn(&[i32]) -> bool,
) -> Vec<(Vec<i32>, Range<usize>)> {
    let found = locations.filter(|(path, _)| wanted(path));
    let mut found = found.peekable();
    if found.peek().is_none() {
        return Vec::new();
    }
    let newlines = text.match_indices('\n').map(|(at, _)| at + 1);
    let lines: Vec<usize> = std::iter::once(0).chain(newlines).collect();
    found
        .map(|(path, location)| (path.to_vec(), bytes_of(&lines, text, &location.span)))
        .collect()
}

/// The bytes of a span, where the first byte of each line is known.
fn bytes_of(lines: &[usize], text: &str, span: &[i32]) -> Range<usize> {
    let at = |line: i32, column: i32| {
        let index = |value: i32| usize::try_from(value).unwrap_or_default();
        let start = lines.get(index(line)).copied().unwrap_or(text.len());
        (start + index(column)).min(text.len())
    };
    let (start, end) = match *span {
        [line, start, end] => (at(line, start), at(line, end)),
        [start_line, start, end_line, end] => (at(start_line, start), at(end_line, end)),
        _ => (0, 0),
    };
    start..end.max(start)
}

/// The bytes of the option whose name ends in `name`, where `path` is that of all
/// the options of an element.
pub(super) fn option(
    file: &FileDescriptorProto,
    text: &str,
    path: &[i32],
    name: &str,
) -> Option<Range<usize>> {
    let ranges = locations(file)
        .iter()
        .filter(|location| location.path.len() > path.len() && location.path.starts_with(path))
        .map(|location| bytes(text, &location.span));
    ranges
        .filter(|range| {
            let option = text.get(range.clone()).unwrap_or_default();
            let spelt = option.split('=').next().unwrap_or_default();
            let spelt = spelt.trim_end().trim_end_matches(')').trim_end();
            spelt.ends_with(name)
        })
        .min_by_key(|range| range.start)
}

pub(super) fn locations(file: &FileDescriptorProto) -> &[Location] {
    file.source_code_info
        .as_ref()
        .map_or(&[][..], |info| &info.location)
}

fn find<'a>(locations: &'a [Location], path: &[i32]) -> Option<&'a Location> {
    locations.iter().find(|location| location.path == path)
}

/// The parser counts lines from 0 and columns in bytes.
fn bytes(text: &str, span: &[i32]) -> Range<usize> {
    let (start, end) = match *span {
        [line, start, end] => ((line, start), (line, end)),
        [start_line, start, end_line, end] => ((start_line, start), (end_line, end)),
        _ => return 0..0,
    };
    let start = offset(text, start);
    start..offset(text, end).max(start)
}

fn offset(text: &str, (line, column): (i32, i32)) -> usize {
    let line = usize::try_from(line).unwrap_or_default();
    let column = usize::try_from(column).unwrap_or_default();
    let start = match line {
        0 => 0,
        line => text
            .match_indices('\n')
            .nth(line - 1)
            .map_or(text.len(), |(at, _)| at + 1),
    };
    (start + column).min(text.len())
}
