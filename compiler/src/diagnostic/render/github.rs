//! Workflow commands of GitHub Actions: each becomes an annotation on the lines
//! of the pull request.

use std::fmt::Write as _;

use super::place::region;
use super::visible::visible;
use super::word;
use crate::diagnostic::{Diagnostic, SourceFiles};
use crate::rules::Rule;

/// The commands of `diagnostics`, one a line. `folder` is that of the
/// configuration in the repository: empty, or with a `/` at its end.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles, folder: &str) -> String {
    let mut text = String::new();
    for diagnostic in diagnostics {
        let _ = write!(text, "::{} ", word(diagnostic.severity));
        if let Some(span) = diagnostic.primary() {
            let path = format!("{folder}{}", span.file);
            let _ = write!(text, "file={},", property(&visible(&path)));
            if let Some(region) = region(span, files) {
                let (start, end) = (region.start, region.end);
                let _ = write!(text, "line={},endLine={},", start.line, end.line);
                // Columns are understood within one line alone.
                if start.line == end.line {
                    let last = end.column.saturating_sub(1).max(start.column);
                    let _ = write!(text, "col={},endColumn={last},", start.column);
                }
            }
        }
        let title = property(&title(diagnostic));
        let _ = writeln!(text, "title={title}::{}", data(&message(diagnostic, files)));
    }
    text
}

/// `VM0083 invalid program`.
fn title(diagnostic: &Diagnostic) -> String {
    match Rule::find(diagnostic.code) {
        Some(rule) => format!("{} {}", diagnostic.code, rule.name()),
        None => diagnostic.code.to_owned(),
    }
}

/// The message, and behind it what an annotation has no place of its own for.
fn message(diagnostic: &Diagnostic, files: &SourceFiles) -> String {
    let mut message = visible(&diagnostic.message);
    let primary = diagnostic.primary();
    for label in &diagnostic.labels {
        let is_primary = Some(&label.span) == primary;
        match (is_primary, label.text.as_str()) {
            (true, "") => {}
            (true, text) => {
                let _ = write!(message, "\n{}", visible(text));
            }
            (false, text) => {
                let _ = write!(message, "\n{}", visible(label.span.file.as_str()));
                if let Some(region) = region(&label.span, files) {
                    let _ = write!(message, ":{}:{}", region.start.line, region.start.column);
                }
                if !text.is_empty() {
                    let _ = write!(message, ": {}", visible(text));
                }
            }
        }
    }
    for note in &diagnostic.notes {
        let _ = write!(message, "\nnote: {}", visible(note));
    }
    if let Some(help) = &diagnostic.help {
        let _ = write!(message, "\nhelp: {}", visible(help));
    }
    message
}

/// The data of a command: its line breaks do not end it.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The value of a property: neither `:` nor `,` ends it.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
