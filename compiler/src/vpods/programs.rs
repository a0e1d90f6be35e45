use std::collections::BTreeMap;

use super::Pod;
use super::program::{self, Program, ProgramError};
use crate::diagnostic::{Diagnostic, Span};
use crate::rules::invalid_program;
use crate::source::RepoPath;
use crate::texts::Texts;

/// The programs that vpods run, each read once.
#[derive(Debug, Default)]
pub(super) struct Programs {
    /// None where a program cannot be read; that is reported once.
    read: BTreeMap<RepoPath, Option<Program>>,
}

impl Programs {
    /// Reads the program of a vpod, whose bytes are these.
    pub(super) fn add(
        &mut self,
        pod: &Pod,
        bytes: &[u8],
        texts: &mut Texts<'_>,
        out: &mut Vec<Diagnostic>,
    ) {
        let Some(path) = &pod.program else { return };
        if self.read.contains_key(path) {
            return;
        }
        let program = read(pod, path, bytes, texts, out);
        self.read.insert(path.clone(), program);
    }

    /// The programs that can be read.
    pub(super) fn into_map(self) -> BTreeMap<RepoPath, Program> {
        let read = self.read.into_iter();
        read.filter_map(|(path, program)| Some((path, program?)))
            .collect()
    }
}

fn read(
    pod: &Pod,
    path: &RepoPath,
    bytes: &[u8],
    texts: &mut Texts<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<Program> {
    let file = texts.show(path, bytes);
    let user = pod.source_span.clone();
    let (text, is_binary) = match file {
        Some(file) if !file.is_binary() => (file.text(), false),
        _ => (str::from_utf8(bytes).unwrap_or("\0"), true),
    };
    match program::parse(text) {
        Ok(program) => Some(program),
        Err(_) if is_binary => {
            out.push(invalid_program::binary(path, bytes, user));
            None
        }
        Err(ProgramError::Syntax(errors)) => {
            let at = |range| Span::new(path.clone(), range);
            let errors = errors.into_iter().map(|error| {
                let span = at(error.range);
                let also = error.also.map(|(range, text)| (at(range), text));
                invalid_program::diagnostic(span, &error.message, also, error.help, user.clone())
            });
            out.extend(errors);
            None
        }
        Err(ProgramError::TooLarge) => {
            out.push(invalid_program::too_large(path, user));
            None
        }
    }
}
