use std::borrow::Cow;
use std::sync::Arc;

use super::{ProtoFile, edition, implicit, recover};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::unsupported_edition;
use crate::source::RepoPath;

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
    match protox_parse::parse(path.as_str(), &without_mark(text)) {
        Ok(descriptor) => Some(ProtoFile {
            path: Some(path.clone()),
            text: Arc::clone(text),
            implicit: implicit::find(&descriptor),
            descriptor,
        }),
        Err(error) => {
            out.extend(recover::errors(path, text, &error));
            None
        }
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
