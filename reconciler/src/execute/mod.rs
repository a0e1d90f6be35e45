//! From a plan to a node that holds what it says.

mod cancel;
mod components;
mod error;
mod observer;
mod report;
mod run;

use std::time::Duration;

use crate::engine::{Begin, Engine, EngineError};
use crate::plan::Plan;
use crate::schedule::{Schedule, StepAction};

pub use cancel::{Cancel, Canceller, cancellation};
pub use components::{Components, ComponentsError, NoComponents};
pub use error::ExecuteError;
pub use observer::{Event, Observer};
pub use report::{Entry, Report};

/// How to execute.
#[derive(Debug, Clone)]
pub struct ExecuteOptions {
    /// Who applies, for people: `user@host`.
    pub holder: String,
    /// How many steps may be in hand at once.
    pub concurrency: usize,
    /// How long the node keeps the lease of an executor that is gone.
    pub lease: Duration,
    /// How often a step is tried again when nobody answers.
    pub retries: u32,
    /// How long to wait before the first such try; each further wait is twice as long.
    pub backoff: Duration,
}

impl ExecuteOptions {
    /// What `vimana apply` does.
    #[must_use]
    pub fn new(holder: impl Into<String>) -> Self {
        Self {
            holder: holder.into(),
            concurrency: 16,
            lease: Duration::from_secs(10),
            retries: 4,
            backoff: Duration::from_millis(250),
        }
    }
}

/// Executes `plan`: uploads the components that are missing, then walks its steps in
/// the order of their dependencies, in parallel where there is none.
///
/// A step that fails keeps back only what depends on it. The first cancellation
/// finishes the steps in hand and releases the lease; the second stops at once, and
/// the report says of which steps the outcome is unknown.
pub async fn execute(
    plan: &Plan,
    engine: &dyn Engine,
    components: &dyn Components,
    observer: &dyn Observer,
    options: &ExecuteOptions,
    cancel: &Cancel,
) -> Result<Report, ExecuteError> {
    let schedule = Schedule::new(plan)?;
    if schedule.steps().is_empty() {
        return Ok(Report::default());
    }
    let upload = components::upload(plan, engine, components, observer);
    tokio::select! {
        biased;
        () = cancel.requested() => return Ok(report::untouched(plan)),
        uploaded = upload => uploaded?,
    }
    let begin = begin(plan, &schedule, options);
    let generation = engine
        .begin(&begin)
        .await
        .map_err(|error| begin_error(plan, error))?;
    drop(begin);
    run::Run::new(plan, engine, observer, options, schedule, generation)
        .finish_plan(cancel)
        .await
}

fn begin(plan: &Plan, schedule: &Schedule, options: &ExecuteOptions) -> Begin {
    let steps = schedule.steps().iter().map(|step| {
        let change = &plan.changes[step.change];
        let digest = match step.action {
            StepAction::Put => change.digest,
            StepAction::Delete | StepAction::Unspecified => None,
        };
        vimana_proto::control::v1::PlannedStep {
            action: step.action.into(),
            address: change.address.to_string(),
            digest: digest.map(|digest| digest.to_string()).unwrap_or_default(),
            reason: change.reason.clone(),
        }
    });
    Begin {
        workspace: plan.workspace.clone(),
        parent: plan.parent_generation,
        steps: steps.collect(),
        holder: options.holder.clone(),
        commit: plan.commit.clone(),
        lease: options.lease,
    }
}

fn begin_error(plan: &Plan, error: EngineError) -> ExecuteError {
    match error {
        EngineError::Stale { reason } => ExecuteError::Stale {
            parent: plan.parent_generation,
            reason,
        },
        EngineError::LeaseHeld {
            holder, expires_in, ..
        } => ExecuteError::LeaseHeld { holder, expires_in },
        error => ExecuteError::Engine(error),
    }
}
