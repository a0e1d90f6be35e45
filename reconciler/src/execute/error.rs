use std::time::Duration;

use vimana_proto::{Digest, Generation};

use super::{ComponentsError, Report};
use crate::engine::EngineError;
use crate::schedule::CycleError;

/// Why a plan was not executed, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// The node has moved on since the plan was made; nothing was changed.
    #[error("the plan is out of date: it was made from generation {parent}, which has passed")]
    Stale {
        /// The generation that the plan was made from.
        parent: Generation,
        /// What the node says.
        reason: String,
    },
    /// Somebody else applies; nothing was changed.
    #[error("`{holder}` is applying to this workspace; its lease ends in {} s unless it is renewed", expires_in.as_secs_f64().ceil())]
    LeaseHeld {
        /// Who.
        holder: String,
        /// How long to wait before it makes sense to try again.
        expires_in: Duration,
    },
    /// Somebody else began to apply while this plan was executed.
    #[error("the lease was lost: another apply has begun")]
    Overtaken {
        /// How far it came.
        report: Box<Report>,
        /// What the node says.
        reason: String,
    },
    /// A component is not to be had; nothing was changed.
    #[error("cannot load the component {}", digest.short())]
    Component {
        /// The component.
        digest: Digest,
        /// Why.
        source: ComponentsError,
    },
    /// A component is not the one that was planned; nothing was changed.
    #[error("the component {} has changed since the plan was made: it is {} now", digest.short(), found.short())]
    ComponentChanged {
        /// The component that was planned.
        digest: Digest,
        /// What is there.
        found: Digest,
    },
    /// The plan cannot be executed in any order; nothing was changed.
    #[error(transparent)]
    Cycle(#[from] CycleError),
    /// The node failed before the first step; nothing was changed.
    #[error(transparent)]
    Engine(#[from] EngineError),
}
