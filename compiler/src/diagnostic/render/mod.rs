//! The renderers: pure functions of diagnostics and the texts that they are
//! about, a file each.

pub mod concise;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod json;
pub mod jsonl;
pub mod junit;
pub mod markdown;
mod place;
pub mod sarif;
pub mod text;
mod visible;

use super::{Diagnostic, Severity, SourceFiles};

/// What diagnostics are rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// The message, the lines it is about, help and notes, for a terminal.
    #[default]
    Text,
    /// A line a finding, which editors jump to.
    Concise,
    /// One JSON document.
    Json,
    /// A JSON document a line, one a finding.
    Jsonl,
    /// Workflow commands of GitHub Actions, which become annotations.
    Github,
    /// A Code Quality report of GitLab.
    Gitlab,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// `JUnit` XML.
    Junit,
    /// Markdown, for a comment on a pull request.
    Markdown,
}

/// How diagnostics are rendered, as far as the formats differ in what they heed.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How text looks.
    pub style: text::Style,
    /// The URL of the repository's root, with a `/` at its end: `file:///repo/`.
    /// Terminals that follow links get them, and SARIF says where its paths start.
    pub root: Option<String>,
    /// The folder of the configuration in the version-controlled tree, for the
    /// hosts that show a finding in the tree: empty, or with a `/` at its end.
    pub folder: String,
    /// How many bytes Markdown may take.
    pub max_bytes: Option<usize>,
}

/// The text of `diagnostics`, in their order where the format keeps one.
#[must_use]
pub fn render(
    format: Format,
    diagnostics: &[Diagnostic],
    files: &SourceFiles,
    settings: &Settings,
) -> String {
    match format {
        Format::Text => {
            text::render_with_links(diagnostics, files, settings.style, settings.root.as_deref())
        }
        Format::Concise => concise::render(diagnostics, files),
        Format::Json => json::render(diagnostics, files),
        Format::Jsonl => jsonl::render(diagnostics, files),
        Format::Github => github::render(diagnostics, files, &settings.folder),
        Format::Gitlab => gitlab::render(diagnostics, files, &settings.folder),
        Format::Sarif => sarif::render(diagnostics, files, settings),
        Format::Junit => junit::render(diagnostics, files),
        Format::Markdown => markdown::render(diagnostics, files, settings.max_bytes),
    }
}

/// The word for a severity.
const fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

/// How many diagnostics are of `severity`.
fn count(diagnostics: &[Diagnostic], severity: Severity) -> usize {
    let of = diagnostics.iter();
    of.filter(|diagnostic| diagnostic.severity == severity)
        .count()
}
