//! One JSON document, for CI and editors; `schemas/diagnostics.schema.json`
//! describes it.

use schemars::JsonSchema;
use serde::Serialize;

use crate::breaking;
use crate::diagnostic::{Diagnostic, Fix, Safety, Severity, SourceFiles, Span};
use crate::json;

/// The version of the document's format. It grows when a reader of the last one
/// would misread it; fields may be added without.
pub const FORMAT_VERSION: u32 = 1;

/// What `vimana check -o json` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "vimana check")]
pub struct Report {
    /// The version of this format.
    pub format_version: u32,
    /// How many of the diagnostics are errors.
    pub errors: usize,
    /// How many of the diagnostics are warnings.
    pub warnings: usize,
    /// The findings, by file and place.
    pub diagnostics: Vec<Finding>,
    /// What changed since a base, service by service; absent without `--base` and
    /// `--against-live`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub breaking: Option<breaking::Report>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Finding {
    /// The rule, for example `VM0010`; `vimana explain` tells more.
    pub code: String,
    /// How grave it is.
    pub severity: Severity,
    /// What was expected and what was found.
    pub message: String,
    /// The places it is about; the primary one first.
    pub labels: Vec<Place>,
    /// What to type.
    pub help: Option<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// The changes of the files that would mend it, the likeliest first.
    pub fixes: Vec<Repair>,
}

/// A change of the files that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Repair {
    /// What it does.
    pub title: String,
    /// Whether it keeps what the configuration means, or is the only thing that
    /// can have been meant. The others are for a person to decide.
    pub safe: bool,
    /// All of them belong together, and no two overlap.
    pub edits: Vec<Replacement>,
}

/// A replacement of some bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Replacement {
    /// The path from the root of the repository, with `/`.
    pub file: String,
    /// Where what is replaced begins; null in a file that is no text.
    pub start: Option<Position>,
    /// Where it ends: behind its last character.
    pub end: Option<Position>,
    /// The offset of the first byte.
    pub start_byte: usize,
    /// The offset behind the last byte.
    pub end_byte: usize,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A place in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// The path from the root of the repository, with `/`.
    pub file: String,
    /// Where it begins; null in a file that is no text.
    pub start: Option<Position>,
    /// Where it ends: behind its last character.
    pub end: Option<Position>,
    /// The offset of the first byte.
    pub start_byte: usize,
    /// The offset behind the last byte.
    pub end_byte: usize,
    /// What there is to say about the place; may be empty.
    pub text: String,
    /// Whether this is the place that the finding is about.
    pub primary: bool,
}

/// A line and column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// The document of `diagnostics`, in their order.
#[must_use]
pub fn report(diagnostics: &[Diagnostic], files: &SourceFiles) -> Report {
    let count = |severity| {
        diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count()
    };
    Report {
        format_version: FORMAT_VERSION,
        errors: count(Severity::Error),
        warnings: count(Severity::Warning),
        diagnostics: diagnostics
            .iter()
            .map(|diagnostic| finding(diagnostic, files))
            .collect(),
        breaking: None,
    }
}

/// The text of the document, indented, with a line break at its end.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles) -> String {
    render_compared(diagnostics, files, None)
}

/// The same, with what a comparison with a base told of each service.
#[must_use]
pub fn render_compared(
    diagnostics: &[Diagnostic],
    files: &SourceFiles,
    breaking: Option<&breaking::Report>,
) -> String {
    let report = Report {
        breaking: breaking.cloned(),
        ..report(diagnostics, files)
    };
    json::indented(&report)
}

/// The JSON Schema of [`Report`], as `schemas/diagnostics.schema.json` holds it.
#[must_use]
pub fn schema() -> String {
    json::schema_of::<Report>()
}

pub(super) fn finding(diagnostic: &Diagnostic, files: &SourceFiles) -> Finding {
    let mut labels: Vec<&_> = diagnostic.labels.iter().collect();
    labels.sort_by_key(|label| !label.primary);
    Finding {
        code: diagnostic.code.to_owned(),
        severity: diagnostic.severity,
        message: diagnostic.message.clone(),
        labels: labels
            .into_iter()
            .map(|label| Place {
                file: label.span.file.to_string(),
                start: position(&label.span, label.span.range.start, files),
                end: position(&label.span, label.span.range.end, files),
                start_byte: label.span.range.start,
                end_byte: label.span.range.end,
                text: label.text.clone(),
                primary: label.primary,
            })
            .collect(),
        help: diagnostic.help.clone(),
        notes: diagnostic.notes.clone(),
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| repair(fix, files))
            .collect(),
    }
}

fn repair(fix: &Fix, files: &SourceFiles) -> Repair {
    let edits = fix.edits.iter().map(|edit| Replacement {
        file: edit.span.file.to_string(),
        start: position(&edit.span, edit.span.range.start, files),
        end: position(&edit.span, edit.span.range.end, files),
        start_byte: edit.span.range.start,
        end_byte: edit.span.range.end,
        replacement: edit.replacement.clone(),
    });
    Repair {
        title: fix.title.clone(),
        safe: fix.safety == Safety::Safe,
        edits: edits.collect(),
    }
}

fn position(span: &Span, offset: usize, files: &SourceFiles) -> Option<Position> {
    let point = Span::new(span.file.clone(), offset..offset);
    files.line_column(&point).map(|place| Position {
        line: place.line,
        column: place.column,
    })
}
