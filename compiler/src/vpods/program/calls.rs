use std::ops::Range;

/// A URL that a program fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    /// The scheme, in lower case: `http`.
    pub(crate) scheme: String,
    /// The host, as it is written.
    pub(crate) host: String,
    /// The first segment of the path, which names the function; empty for none,
    /// absent where the program computes it.
    pub(crate) function: Option<String>,
    /// Where the host is written.
    pub(crate) range: Range<usize>,
}

/// The calls `fetch("SCHEME://HOST/FUNCTION...")` of a program that parses.
/// `comments` are sorted.
pub(super) fn of(text: &str, comments: &[Range<usize>]) -> Vec<Call> {
    const FETCH: &str = "fetch";
    let mut calls = Vec::new();
    for (at, _) in text.match_indices(FETCH) {
        let is_name = |char: char| char.is_alphanumeric() || matches!(char, '_' | '$');
        // `prefetch(` and `object.fetch(` are other functions, save for the global object's.
        let before = text[..at].trim_end_matches("window.");
        let before = before
            .trim_end_matches("self.")
            .trim_end_matches("globalThis.");
        if before.ends_with(|char| is_name(char) || char == '.') {
            continue;
        }
        let is_comment = {
            let behind = comments.partition_point(|comment| comment.start <= at);
            behind > 0 && comments[behind - 1].end > at
        };
        if !is_comment && let Some(call) = call(text, at + FETCH.len()) {
            calls.push(call);
        }
    }
    calls
}

/// The call whose `(` is expected at `at`.
fn call(text: &str, at: usize) -> Option<Call> {
    let rest = text[at..].trim_start().strip_prefix('(')?.trim_start();
    let quote = rest.chars().next()?;
    if !matches!(quote, '"' | '\'' | '`') {
        return None;
    }
    let url = &rest[1..];
    let (scheme, behind) = url.split_once("://")?;
    if scheme.is_empty() || !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let ends =
        |char: char| matches!(char, '/' | '?' | '#' | ':' | '\\' | '$' | '\n') || char == quote;
    let end = behind.find(ends)?;
    let (host, behind) = behind.split_at(end);
    // A host that is written in part is none: `http://${name}/` or `"http://" + name`.
    let is_whole = |rest: &str| !rest.starts_with(['$', '\\']);
    if host.is_empty() || !is_whole(behind) {
        return None;
    }
    let is_concatenated =
        behind.starts_with(quote) && behind[quote.len_utf8()..].trim_start().starts_with('+');
    if is_concatenated {
        return None;
    }
    let start = text.len() - rest.len() + 1 + scheme.len() + "://".len();
    Some(Call {
        scheme: scheme.to_ascii_lowercase(),
        host: host.to_owned(),
        function: function(behind, quote),
        range: start..start + host.len(),
    })
}

/// The first segment of what follows a host.
fn function(behind: &str, quote: char) -> Option<String> {
    let behind = match behind.strip_prefix(':') {
        Some(port) => port.trim_start_matches(|char: char| char.is_ascii_digit()),
        None => behind,
    };
    let Some(path) = behind.strip_prefix('/') else {
        return behind.starts_with([quote, '?', '#']).then(String::new);
    };
    let end = path.find(['/', '?', '#', '$', '\\', '\n', quote])?;
    let (segment, behind) = path.split_at(end);
    let rest = behind.strip_prefix(quote);
    let is_concatenated = rest.is_some_and(|rest| rest.trim_start().starts_with('+'));
    if behind.starts_with(['$', '\\', '\n']) || is_concatenated {
        return None;
    }
    Some(segment.to_owned())
}
