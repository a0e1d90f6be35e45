//! A text in the one style that everybody writes, with every comment in its place.
//!
//! - Two spaces for each level; `name: value`, `name { ... }`, `name: [...]`; no
//!   separators between fields, and `{ }` for `< >`.
//! - A message or a list that is written on one line stays on one where it fits
//!   into [`WIDTH`] columns; one that is written on several stays on several.
//! - Blank lines between fields are kept, one at most; those within brackets at
//!   the beginning and the end are not.
//! - Comments stay before, behind or within what they are before, behind or
//!   within. One between a name and its value goes before the field.
//! - Values are kept as they are written: `0x10`, `'a'`, `"a" "b"`. Fields keep
//!   their order.
//! - Line breaks are those of the first line. A byte order mark is removed.
//!
//! # Invariants
//!
//! - What was formatted is formatted.
//! - The text means what it meant, and has the comments that it had: this is
//!   checked before anything is returned.

mod layout;
mod meaning;
mod print;
#[cfg(test)]
mod tests;

use super::error::SyntaxError;
use super::parse;

/// The columns that a message or a list may take on one line.
pub const WIDTH: usize = 100;

/// Why a text was not formatted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// It is not in the text format.
    #[error("the text has syntax errors")]
    Syntax(Vec<SyntaxError>),
    /// The outcome would mean something else: a mistake of this module.
    #[error("formatting would change what the text says")]
    Meaning,
    /// The outcome would lack a comment: a mistake of this module.
    #[error("formatting would change the comments")]
    Comments,
}

/// `text` in the canonical style.
pub fn format(text: &str) -> Result<String, FormatError> {
    let (before, errors) = parse(text);
    if !errors.is_empty() {
        return Err(FormatError::Syntax(errors));
    }
    let line_break = LineBreak::of(text);
    let formatted = print::print(&layout::of(&before), line_break);
    let (after, errors) = parse(&formatted);
    if !errors.is_empty() || meaning::tokens(&before) != meaning::tokens(&after) {
        return Err(FormatError::Meaning);
    }
    if meaning::comments(&before) != meaning::comments(&after) {
        return Err(FormatError::Comments);
    }
    Ok(formatted)
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineBreak {
    Lf,
    CrLf,
}

impl LineBreak {
    /// That of the first line.
    pub(crate) fn of(text: &str) -> Self {
        match text.find('\n') {
            Some(at) if text[..at].ends_with('\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Lf => "\n",
            Self::CrLf => "\r\n",
        }
    }
}
