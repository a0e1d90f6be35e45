use std::sync::Arc;

use super::{ProtoFile, edition, error, implicit};
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
    match protox_parse::parse(path.as_str(), text) {
        Ok(descriptor) => Some(ProtoFile {
            path: Some(path.clone()),
            text: Arc::clone(text),
            implicit: implicit::find(&descriptor),
            descriptor,
        }),
        Err(error) => {
            out.extend(error::syntax(path, text, &error));
            None
        }
    }
}
