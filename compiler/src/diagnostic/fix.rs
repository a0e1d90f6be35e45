use serde::{Deserialize, Serialize};

use super::Span;

/// Whether a fix may be applied without a look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Safety {
    /// It keeps what the configuration means, or there is only one thing that it
    /// can have meant.
    Safe,
    /// It is the likeliest of several ways: a person decides.
    Unsafe,
}

/// A replacement of some bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// A change of the files that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fix {
    /// What it does, as an order: ``rename it to `aggregator` ``.
    pub title: String,
    /// All of them belong together, and no two overlap.
    pub edits: Vec<Edit>,
    /// Whether it may be applied without a look at it.
    pub safety: Safety,
}

impl Fix {
    /// The fix that replaces `span` by `replacement` and keeps the meaning.
    #[must_use]
    pub fn safe(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            edits: vec![Edit {
                span,
                replacement: replacement.into(),
            }],
            safety: Safety::Safe,
        }
    }

    /// The same, of a fix that is only the likeliest.
    #[must_use]
    pub fn likely(title: impl Into<String>, span: Span, replacement: impl Into<String>) -> Self {
        Self {
            safety: Safety::Unsafe,
            ..Self::safe(title, span, replacement)
        }
    }

    /// The same, with a further edit.
    #[must_use]
    pub fn and(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit {
            span,
            replacement: replacement.into(),
        });
        self
    }
}
