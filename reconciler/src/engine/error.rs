use std::time::Duration;

/// Why an engine did not do what it was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The endpoint is no URL that can be connected to.
    #[error("`{endpoint}` is no endpoint: {reason}")]
    Endpoint {
        /// The endpoint.
        endpoint: String,
        /// What is wrong, and what was expected.
        reason: String,
    },
    /// Nobody answered: whether the call had an effect is unknown.
    #[error("cannot reach the node at `{endpoint}`: {reason}")]
    Unreachable {
        /// The endpoint.
        endpoint: String,
        /// What the transport says.
        reason: String,
    },
    /// The token is missing or wrong.
    #[error("the node at `{endpoint}` does not accept the token: {reason}")]
    Unauthenticated {
        /// The endpoint.
        endpoint: String,
        /// What the node says.
        reason: String,
    },
    /// The generation has passed.
    #[error("{reason}")]
    Stale {
        /// What the node says.
        reason: String,
    },
    /// Somebody else applies.
    #[error("{reason}")]
    LeaseHeld {
        /// Who, as far as the node says.
        holder: String,
        /// When the lease ends unless it is renewed.
        expires_in: Duration,
        /// What the node says.
        reason: String,
    },
    /// The node has nothing of that name.
    #[error("{reason}")]
    NotFound {
        /// What the node says.
        reason: String,
    },
    /// The node understood, and answers with an error.
    #[error("{reason} ({code})")]
    Refused {
        /// The gRPC status code's name.
        code: String,
        /// What the node says.
        reason: String,
    },
    /// The node's answer makes no sense.
    #[error("the node answers what this version of vimana does not understand: {reason}")]
    Answer {
        /// What is odd about it.
        reason: String,
    },
}

impl EngineError {
    /// Whether the same call may succeed if it is made again.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. })
    }
}
