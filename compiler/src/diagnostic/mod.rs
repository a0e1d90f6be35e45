//! What a user reads: one type, many renderers, a file each.

use serde::Serialize;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The configuration is invalid.
    Error,
    /// The configuration is valid, but probably not what was meant.
    Warning,
}

/// A range of bytes in one file of a [`crate::Source`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The path from the root of the repository.
    pub file: crate::source::RepoPath,
    /// The bytes, `start..end`; empty for a point.
    pub range: std::ops::Range<usize>,
}

/// A span and what there is to say about it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
}
