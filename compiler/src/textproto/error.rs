use std::ops::Range;

use super::MAX_ERRORS;

/// A place where a text is not in the text format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The bytes.
    pub range: Range<usize>,
    /// What is wrong.
    pub kind: SyntaxErrorKind,
}

impl SyntaxError {
    pub(super) const fn new(range: Range<usize>, kind: SyntaxErrorKind) -> Self {
        Self { range, kind }
    }

    /// Another place that explains the error, and what is there.
    #[must_use]
    pub fn related(&self) -> Option<(Range<usize>, &'static str)> {
        match &self.kind {
            SyntaxErrorKind::Unclosed { opener, .. } => Some((opener.clone(), "opened here")),
            _ => None,
        }
    }

    /// What to write instead, where that can be told.
    #[must_use]
    pub fn repair(&self) -> Option<Repair> {
        match &self.kind {
            SyntaxErrorKind::BadNumber { found } | SyntaxErrorKind::Unquoted { found } => {
                // It may have been meant to be a number.
                Some(Repair {
                    is_certain: false,
                    ..Repair::certain(self.range.clone(), format!("\"{found}\""))
                })
            }
            SyntaxErrorKind::Expected { expected, found }
                if found == "`=`" && expected.contains("`:`") =>
            {
                Some(Repair::certain(self.range.clone(), ":".to_owned()))
            }
            _ => None,
        }
    }

    /// What to type.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match &self.kind {
            SyntaxErrorKind::BadNumber { found } | SyntaxErrorKind::Unquoted { found } => {
                Some(format!("a string needs quotes: `\"{found}\"`"))
            }
            SyntaxErrorKind::Expected { found, .. } if found == "`/`" => {
                Some("a comment begins with `#`".to_owned())
            }
            SyntaxErrorKind::Expected { expected, found }
                if found == "`=`" && expected.contains("`:`") =>
            {
                Some("write `:` for `=`".to_owned())
            }
            SyntaxErrorKind::BadEscape { escape } if !escape.starts_with("\\U") => {
                Some("a backslash itself is written `\\\\`".to_owned())
            }
            SyntaxErrorKind::Expected { expected, .. } if expected.contains("behind") => {
                Some(format!("put {expected}"))
            }
            SyntaxErrorKind::Expected { expected, .. } => Some(format!("put {expected} here")),
            SyntaxErrorKind::Unclosed { closer, .. } => Some(format!("add `{closer}`")),
            SyntaxErrorKind::Unmatched { closer } => Some(format!("remove `{closer}`")),
            SyntaxErrorKind::UnterminatedString { quote } => Some(format!("add `{quote}`")),
            SyntaxErrorKind::TooDeep { .. }
            | SyntaxErrorKind::BadEscape { .. }
            | SyntaxErrorKind::NoCharacter { .. }
            | SyntaxErrorKind::TooMany { .. } => None,
        }
    }
}

/// A replacement that mends an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    /// The bytes that it replaces.
    pub range: Range<usize>,
    /// What stands there afterwards.
    pub replacement: String,
    /// Whether nothing else can have been meant.
    pub is_certain: bool,
}

impl Repair {
    pub(super) const fn certain(range: Range<usize>, replacement: String) -> Self {
        Self {
            range,
            replacement,
            is_certain: true,
        }
    }
}

/// The first errors of a phase, and how many more there were: a text that is no
/// text format at all would have one for each of its tokens.
#[derive(Debug, Default)]
pub(super) struct SyntaxErrors {
    kept: Vec<SyntaxError>,
    dropped: usize,
}

impl SyntaxErrors {
    pub(super) fn push(&mut self, error: SyntaxError) {
        if self.kept.len() < MAX_ERRORS {
            self.kept.push(error);
        } else {
            self.dropped += 1;
        }
    }

    /// Whether an error begins at `start`.
    pub(super) fn has_at(&self, start: usize) -> bool {
        self.kept.iter().any(|error| error.range.start == start)
    }

    /// The errors of both phases in the order of the text, without those beyond
    /// what is shown.
    pub(super) fn merge(self, other: Self) -> Vec<SyntaxError> {
        let mut errors = self.kept;
        errors.extend(other.kept);
        errors.sort_by_key(|error| (error.range.start, error.range.end));
        let more = errors.len().saturating_sub(MAX_ERRORS) + self.dropped + other.dropped;
        errors.truncate(MAX_ERRORS);
        if let (1.., Some(last)) = (more, errors.last()) {
            let range = last.range.clone();
            errors.push(SyntaxError::new(range, SyntaxErrorKind::TooMany { more }));
        }
        errors
    }
}

/// What is wrong with a text; its `Display` is the message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SyntaxErrorKind {
    /// Something else should stand here.
    #[error("expected {expected}, found {found}")]
    Expected {
        /// What should.
        expected: String,
        /// What does.
        found: String,
    },
    /// A `{`, `<` or `[` without its counterpart.
    #[error("expected `{closer}`, found {found}")]
    Unclosed {
        /// Where it was opened.
        opener: Range<usize>,
        /// What should stand here.
        closer: char,
        /// What does.
        found: String,
    },
    /// A `}`, `>` or `]` that closes nothing.
    #[error("`{closer}` closes nothing")]
    Unmatched {
        /// The character.
        closer: char,
    },
    /// A string that ends with its line, or with the text.
    #[error("expected `{quote}` at the end of the string, found the end of the line")]
    UnterminatedString {
        /// The quote that it began with.
        quote: char,
    },
    /// A backslash with something that has no meaning behind it.
    #[error("`{escape}` is no escape sequence")]
    BadEscape {
        /// The sequence.
        escape: String,
    },
    /// An escape sequence for what is no Unicode character.
    #[error("`{escape}` stands for no Unicode character")]
    NoCharacter {
        /// The sequence.
        escape: String,
    },
    /// Something like a number.
    #[error("`{found}` is no number")]
    BadNumber {
        /// The text.
        found: String,
    },
    /// Something like `example.com`, without quotes.
    #[error("expected a value, found `{found}`")]
    Unquoted {
        /// The text.
        found: String,
    },
    /// Messages and lists within one another without end.
    #[error("nested more than {limit} levels deep")]
    TooDeep {
        /// How deep is fine.
        limit: usize,
    },
    /// There are more errors than are reported.
    #[error("{more} more syntax errors are not shown")]
    TooMany {
        /// How many more.
        more: usize,
    },
}
