//! Formatting: the text of a file in the one style that everybody writes.
//!
//! # Invariants
//!
//! - What was formatted is formatted.
//! - A file means what it meant, and has the comments that it had. Where that
//!   cannot be held to, the file is refused and stays as it is.

mod yaml;

use crate::compile::Options;
use crate::diagnostic::{Diagnostic, SourceFiles};
use crate::rules::text_format_syntax;
use crate::source::{RepoPath, Source, read_text};
use crate::textproto;

/// A language that there is a formatter for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Protobuf's text format: every `.txtpb`.
    TextFormat,
    /// YAML: every `vpods.yml`.
    Yaml,
}

/// Why a file was not formatted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It cannot be read, or has syntax errors.
    #[error("the file is invalid")]
    Invalid(Vec<Diagnostic>),
    /// The formatter does not know something that the reader does.
    #[error("it uses something that the formatter does not know: {0}")]
    Unknown(String),
    /// The outcome would mean something else.
    #[error("formatting would change what it says")]
    Meaning,
    /// The outcome would have other comments.
    #[error("formatting would change its comments")]
    Comments,
    /// Formatting the outcome would change it again, without end.
    #[error("formatting it comes to no end")]
    Unstable,
}

/// What formatting made of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text as it is.
    pub before: String,
    /// The text as it should be.
    pub after: String,
}

impl Formatted {
    /// Whether the file is not as it should be.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        self.before != self.after
    }
}

impl Language {
    /// The language of a file, by its name.
    #[must_use]
    pub fn of(path: &RepoPath) -> Option<Self> {
        match (path.file_name(), path.extension()) {
            ("vpods.yml", _) => Some(Self::Yaml),
            (_, Some("txtpb")) => Some(Self::TextFormat),
            _ => None,
        }
    }

    /// `text` in the style of the language. `file` is named in what is found.
    pub fn format(self, file: &RepoPath, text: &str) -> Result<String, FormatError> {
        match self {
            Self::TextFormat => format_text(file, text),
            Self::Yaml => yaml::format(file, text),
        }
    }
}

/// Reads a file of `source` and formats it; `files` gets what findings point into.
pub fn format_file(
    source: &dyn Source,
    path: &RepoPath,
    language: Language,
    options: &Options,
    files: &mut SourceFiles,
) -> Result<Formatted, FormatError> {
    let before = read_text(source, path, options.max_text_bytes, files)
        .map_err(|diagnostic| FormatError::Invalid(vec![diagnostic]))?;
    let after = language.format(path, &before)?;
    Ok(Formatted { before, after })
}

fn format_text(file: &RepoPath, text: &str) -> Result<String, FormatError> {
    use textproto::format::FormatError as Error;

    textproto::format::format(text).map_err(|error| match error {
        Error::Syntax(errors) => FormatError::Invalid(
            errors
                .iter()
                .map(|error| text_format_syntax::diagnostic(file, error))
                .collect(),
        ),
        Error::Meaning => FormatError::Meaning,
        Error::Comments => FormatError::Comments,
    })
}

#[cfg(test)]
mod tests;
