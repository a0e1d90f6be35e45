use std::time::Duration;

use vimana_proto::{Address, Digest, Generation};

use crate::schedule::StepAction;

/// What happens during an execution.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A component goes to the node.
    Uploading {
        /// The component.
        digest: Digest,
        /// Its size in bytes.
        size: usize,
    },
    /// A component is on the node.
    Uploaded {
        /// The component.
        digest: Digest,
        /// Its size in bytes.
        size: usize,
    },
    /// The lease is taken.
    Begun {
        /// The generation of this apply.
        generation: Generation,
        /// How many steps there are.
        steps: usize,
    },
    /// A step begins.
    Started {
        /// The resource.
        address: &'a Address,
        /// What is done to it.
        action: StepAction,
    },
    /// Nobody answered, and the step is tried again.
    Retrying {
        /// The resource.
        address: &'a Address,
        /// Why.
        reason: String,
    },
    /// A step has succeeded.
    Done {
        /// The resource.
        address: &'a Address,
        /// What was done to it.
        action: StepAction,
        /// How long it took.
        elapsed: Duration,
    },
    /// A step has failed.
    Failed {
        /// The resource.
        address: &'a Address,
        /// What was to be done to it.
        action: StepAction,
        /// Why.
        reason: String,
    },
    /// No step begins any more, since the execution was cancelled.
    Cancelling {
        /// How many steps are in hand.
        in_hand: usize,
    },
    /// The lease could not be renewed; it is tried again.
    LeaseAtRisk {
        /// Why.
        reason: String,
    },
}

/// Told what happens, as it happens.
pub trait Observer: Send + Sync {
    /// Something happens. Must not block.
    fn event(&self, event: &Event<'_>);
}

/// Whoever does not want to know.
impl Observer for () {
    fn event(&self, _: &Event<'_>) {}
}
