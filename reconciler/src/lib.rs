//! Plan, execute, observe: the difference between a config repository and what a
//! live runtime holds, and the way from one to the other.
//!
//! [`plan()`] compares a [`DesiredState`] with a [`Live`] state and returns a
//! [`Plan`], a value that can be shown ([`render`]), kept in a file
//! ([`Plan::save`]) and executed ([`execute()`]) through an [`Engine`].
//!
//! # Invariants
//!
//! - [`plan()`] is pure, synchronous and deterministic: equal inputs give equal bytes.
//! - A plan leaves nothing to decide: it carries the resources to put, their
//!   dependencies, and the generation that it was made from.
//! - What a resource is comes from descriptors and field options alone. A field
//!   marked `debug_redact` never shows its value, in no rendering.
//! - Execution is idempotent step by step; whatever the point at which it dies, the
//!   next plan and execution converge.
//! - Only what the workspace's own inventory holds is ever deleted.
//! - Nothing here prints, reads a terminal, an environment variable or git.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod desired;
pub mod engine;
pub mod execute;
mod live;
pub mod plan;
pub mod render;
mod saved;
mod schedule;

pub use desired::DesiredState;
pub use engine::{Embedded, Engine, EngineError, LogStream, Simulated};
pub use execute::{
    Cancel, Canceller, Components, ComponentsError, Event, ExecuteError, ExecuteOptions, Observer,
    Report, cancellation, execute,
};
pub use live::Live;
pub use plan::{Action, Change, FieldChange, Origin, Plan, PlanError, PlanOptions, Summary, plan};
pub use saved::{LoadError, SaveError};
pub use schedule::{CycleError, Schedule, Step, StepAction};
