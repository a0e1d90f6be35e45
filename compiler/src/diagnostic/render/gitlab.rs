//! A Code Quality report of GitLab: a JSON list, which a merge request shows as
//! what it made better or worse.

use serde::Serialize;

use super::fingerprint::Fingerprints;
use super::place::region;
use crate::diagnostic::{Diagnostic, Severity, SourceFiles};

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// The report of `diagnostics`. `folder` is that of the configuration in the
/// repository: empty, or with a `/` at its end.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], files: &SourceFiles, folder: &str) -> String {
    let mut fingerprints = Fingerprints::default();
    let issues = diagnostics.iter().map(|diagnostic| Issue {
        description: description(diagnostic),
        check_name: diagnostic.code,
        fingerprint: fingerprints.of(diagnostic, files),
        severity: match diagnostic.severity {
            Severity::Error => "major",
            Severity::Warning => "minor",
        },
        location: location(diagnostic, files, folder),
    });
    let issues: Vec<Issue> = issues.collect();
    let mut text = serde_json::to_string_pretty(&issues)
        .expect("an issue has string keys and nothing that fails to serialize");
    text.push('\n');
    text
}

/// The message, and what to type.
fn description(diagnostic: &Diagnostic) -> String {
    match &diagnostic.help {
        Some(help) => format!("{}; help: {help}", diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

/// A place is required: what concerns no file is said of the settings.
fn location(diagnostic: &Diagnostic, files: &SourceFiles, folder: &str) -> Location {
    let span = diagnostic.primary();
    let lines = span.and_then(|span| region(span, files));
    let file = span.map_or("vimana.toml", |span| span.file.as_str());
    Location {
        path: format!("{folder}{file}"),
        lines: Lines {
            begin: lines.map_or(1, |region| region.start.line),
            end: lines.map_or(1, |region| region.end.line),
        },
    }
}
