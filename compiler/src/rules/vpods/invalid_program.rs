//! # Program that is no JavaScript
//!
//! The program that a vpod runs does not parse as JavaScript, neither as a module nor
//! as a script.
//!
//! ## Why
//!
//! The vpod would fail as soon as a visitor's browser loads it. TypeScript and JSX are
//! no JavaScript: bundle the program first, and name the bundle.
//!
//! A program of more than 8 MiB, or one that nests brackets, operators or statements
//! more than 20,000 deep, is not looked into, which is a warning.
//!
//! ## Wrong
//!
//! ```js
//! export const sum = async (body => body.a + body.b;
//! ```
//!
//! ## Right
//!
//! ```js
//! export const sum = async (body) => body.a + body.b;
//! ```

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::rules::Declared;
use crate::source::RepoPath;

pub(crate) const RULE: Declared = Declared::error("VM0083");

const USER: &str = "run by this vpod";

/// `also` is a second place that explains it, `user` the `source` of a vpod.
pub(crate) fn diagnostic(
    span: Span,
    message: &str,
    also: Option<(Span, String)>,
    help: Option<String>,
    user: Span,
) -> Diagnostic {
    let path = span.file.clone();
    let mut diagnostic = RULE
        .diagnostic(format!("`{path}` is no JavaScript: {message}"))
        .at(span, "");
    if let Some((span, text)) = also {
        diagnostic = diagnostic.also(span, text);
    }
    let diagnostic = diagnostic.also(user, USER);
    let help = match path.extension() {
        Some("ts" | "mts" | "cts" | "tsx" | "jsx") => {
            Some("bundle it to JavaScript, and name the bundle in `source`".to_owned())
        }
        _ => help,
    };
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The program is no text.
pub(crate) fn binary(path: &RepoPath, bytes: &[u8], user: Span) -> Diagnostic {
    let found = if bytes.starts_with(b"\0asm") {
        "WebAssembly"
    } else {
        "a binary file"
    };
    RULE.diagnostic(format!(
        "`{path}` is no JavaScript: expected a script, found {found}"
    ))
    .at(user, USER)
    .help("name the script that loads it")
}

/// The program is larger than what is looked into.
pub(crate) fn too_large(path: &RepoPath, user: Span) -> Diagnostic {
    let diagnostic = RULE
        .diagnostic(format!(
            "`{path}` is too large, or nested too deep, to be checked"
        ))
        .at(user, USER)
        .help("bundle it without what it does not use");
    Diagnostic {
        severity: Severity::Warning,
        ..diagnostic
    }
}
