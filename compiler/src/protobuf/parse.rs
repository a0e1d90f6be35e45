use std::borrow::Cow;
use std::sync::Arc;

use prost_types::FileDescriptorProto;
use protox_parse::ParseError;

use super::{ProtoFile, edition, implicit, locate, recover, valid};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::{invalid_proto, unsupported_edition};
use crate::source::RepoPath;

/// How many ranges of extensions with options are parsed in one file.
const MAX_RANGES: usize = 100;

/// Parses one file. Its name is its path, until it is linked under another.
pub(crate) fn parse(
    path: &RepoPath,
    text: &Arc<str>,
    out: &mut Vec<Diagnostic>,
) -> Option<ProtoFile> {
    if let Some(range) = edition::find(text) {
        out.push(unsupported_edition::diagnostic(Span::new(
            path.clone(),
            range,
        )));
        return None;
    }
    match parse_text(path, &without_mark(text)) {
        Ok(descriptor) => {
            for fault in valid::faults(&descriptor) {
                let range = locate::range(&descriptor, text, &fault.path);
                let span = Span::new(path.clone(), range);
                out.push(invalid_proto::diagnostic(span, &fault.message, "").help(fault.help));
            }
            Some(ProtoFile {
                path: Some(path.clone()),
                text: Arc::clone(text),
                implicit: implicit::find(&descriptor),
                descriptor,
            })
        }
        Err(error) => {
            out.extend(recover::errors(path, text, &error));
            None
        }
    }
}

/// The parser knows no options of a range of one number, `extensions 5 [...];`. They
/// speak of nothing that matters here, and so are left out.
fn parse_text(path: &RepoPath, text: &str) -> Result<FileDescriptorProto, ParseError> {
    let mut rest = Cow::Borrowed(text);
    let mut left = MAX_RANGES;
    loop {
        let error = match protox_parse::parse(path.as_str(), &rest) {
            Ok(descriptor) => return Ok(descriptor),
            Err(error) if left == 0 => return Err(error),
            Err(error) => error,
        };
        left -= 1;
        let Some(range) = error
            .span()
            .and_then(|place| recover::range_options(&rest, place.start))
        else {
            return Err(error);
        };
        let blanks: String = rest[range.clone()]
            .bytes()
            .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
            .collect();
        rest.to_mut().replace_range(range, &blanks);
    }
}

/// The text without the byte order mark that some editors begin a file with.
/// Spaces are in its place, so that no offset moves.
fn without_mark(text: &str) -> Cow<'_, str> {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => Cow::Owned(format!("   {rest}")),
        None => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_no_error_and_moves_nothing() {
        let path = RepoPath::new("a.proto").unwrap();
        let mut out = Vec::new();
        let text: Arc<str> = "\u{feff}syntax = \"proto3\";\nmessage A {}\n".into();
        assert!(parse(&path, &text, &mut out).is_some(), "{out:?}");

        let text: Arc<str> = "\u{feff}syntx = \"proto3\";\n".into();
        assert!(parse(&path, &text, &mut out).is_none());
        assert!(
            text[out[0].primary().unwrap().range.clone()].starts_with("syntx"),
            "{out:?}"
        );
    }
}
