use std::collections::BTreeMap;

use super::Pod;
use super::program::Program;
use crate::diagnostic::Span;
use crate::source::RepoPath;

/// A call of a vpod by another, by the URL of its program or its environment.
#[derive(Debug)]
pub(super) struct Call {
    /// The host of the URL, in lower case.
    pub(super) host: String,
    /// The function, where the URL says it.
    pub(super) function: Option<String>,
    pub(super) span: Span,
}

/// What a vpod calls over HTTP, as far as it is written down.
pub(super) fn of(pod: &Pod, programs: &BTreeMap<RepoPath, Program>) -> Vec<Call> {
    let in_environment = pod.environment.values().filter_map(|value| {
        let rest = value.text.strip_prefix("http://")?;
        let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
        let (host, behind) = rest.split_at(end);
        let path = behind.strip_prefix('/').unwrap_or_default();
        // A program may put more behind the URL, but not within a segment.
        let segment = path.split(['/', '?', '#']).next().unwrap_or_default();
        Some(Call {
            host: host.to_lowercase(),
            function: (!segment.is_empty()).then(|| segment.to_owned()),
            span: value.span.clone(),
        })
    });
    let program = pod
        .program
        .as_ref()
        .and_then(|path| Some((path, programs.get(path)?)));
    let in_program = program.into_iter().flat_map(|(path, program)| {
        let calls = program.calls.iter().filter(|call| call.scheme == "http");
        calls.map(|call| Call {
            host: call.host.to_lowercase(),
            function: call.function.clone().filter(|name| !name.is_empty()),
            span: Span::new(path.clone(), call.range.clone()),
        })
    });
    in_environment.chain(in_program).collect()
}
