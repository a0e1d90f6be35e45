//! Why a receiver did not take something.

use std::time::Duration;

/// A request to a receiver that came to nothing.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// The receiver may take it later.
    #[error("{reason}")]
    Later {
        reason: String,
        /// When it wants to be asked again.
        after: Option<Duration>,
    },
    /// It never will.
    #[error("{0}")]
    Never(String),
    /// What would authenticate the request is not there.
    #[error("the value of the variable `{0}` cannot be read")]
    Variable(String),
}

impl SendError {
    pub(super) fn later(reason: impl Into<String>) -> Self {
        Self::Later {
            reason: reason.into(),
            after: None,
        }
    }
}

/// The text of an error with what caused it. Neither a URL nor a header is in it.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}
