//! What a user reads: one type, many renderers, a file each.

mod apply;
mod files;
mod fix;
pub mod render;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::source::RepoPath;

pub use apply::{Applied, Selection, apply};
pub use files::{LineColumn, SourceFile, SourceFiles};
pub use fix::{Edit, Fix, Safety};

/// How grave a finding is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration is invalid.
    Error,
    /// The configuration is valid, but probably not what was meant.
    Warning,
}

/// A range of bytes in one file of a [`crate::source::Source`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Span {
    /// The path from the root of the repository.
    pub file: RepoPath,
    /// The bytes, `start..end`; empty for a point.
    pub range: Range<usize>,
}

impl Span {
    /// The bytes `range` of `file`.
    #[must_use]
    pub const fn new(file: RepoPath, range: Range<usize>) -> Self {
        Self { file, range }
    }

    /// The file as a whole: the point before its first byte.
    #[must_use]
    pub const fn start_of(file: RepoPath) -> Self {
        Self::new(file, 0..0)
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Self) -> Ordering {
        let key = |span: &Self| (span.range.start, span.range.end);
        self.file
            .cmp(&other.file)
            .then_with(|| key(self).cmp(&key(other)))
    }
}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A span and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty for the primary label.
    pub text: String,
    /// Whether this is the place that the diagnostic is about; exactly one label is.
    pub primary: bool,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule, `VM0001`.
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Lower case, names the thing in backquotes, says what was expected and
    /// what was found; no full stop at the end.
    pub message: String,
    /// Where; empty only where no file is to blame.
    pub labels: Vec<Label>,
    /// What to type.
    pub help: Option<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
    /// The changes of the files that would mend it, the likeliest first.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// An error of the rule `code`.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message.into())
    }

    /// A warning of the rule `code`.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message.into())
    }

    fn new(code: &'static str, severity: Severity, message: String) -> Self {
        Self {
            code,
            severity,
            message,
            labels: Vec::new(),
            help: None,
            notes: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// The same, about `span`. `text` may be empty.
    #[must_use]
    pub fn at(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text.into(), true)
    }

    /// The same, with a further place that explains it.
    #[must_use]
    pub fn also(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text.into(), false)
    }

    fn label(mut self, span: Span, text: String, primary: bool) -> Self {
        self.labels.push(Label {
            span,
            text,
            primary,
        });
        self
    }

    /// The same, with what to type.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, with one thing more to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// The same, with a change of the files that mends it.
    #[must_use]
    pub fn fix(mut self, fix: Fix) -> Self {
        self.fixes.push(fix);
        self
    }

    /// The place that this is about.
    #[must_use]
    pub fn primary(&self) -> Option<&Span> {
        self.labels
            .iter()
            .find(|label| label.primary)
            .or_else(|| self.labels.first())
            .map(|label| &label.span)
    }
}

/// Leaves of each rule the first `per_rule` findings, and says with the last one
/// how many more there are.
pub(crate) fn limit(diagnostics: &mut Vec<Diagnostic>, per_rule: usize) {
    let key = |found: &Diagnostic| (found.code, found.severity);
    let mut counts = std::collections::HashMap::new();
    for found in &*diagnostics {
        *counts.entry(key(found)).or_insert(0_usize) += 1;
    }
    let mut seen = std::collections::HashMap::new();
    diagnostics.retain_mut(|found| {
        let seen = seen.entry(key(found)).or_insert(0_usize);
        *seen += 1;
        let more = counts[&key(found)].saturating_sub(per_rule);
        if *seen == per_rule && more > 0 {
            let note = format!("{more} more findings of this rule are not shown");
            found.notes.push(note);
        }
        *seen <= per_rule
    });
}

/// Puts diagnostics into the order in which they are shown: by file and place,
/// what concerns no file first; the same finding only once.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        a.primary()
            .cmp(&b.primary())
            .then_with(|| a.code.cmp(b.code))
            .then_with(|| a.severity.cmp(&b.severity))
            .then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}
