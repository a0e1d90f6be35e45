//! What a simulated node holds, and the rules of the control API over it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use vimana_proto::control::v1::{
    self as control, Apply, JournalStep, StepAction, apply, journal_step,
};
use vimana_proto::state::v1::{Resource, spec};
use vimana_proto::{Digest, Generation, Kind};

use super::Fault;
use crate::Live;
use crate::engine::{ApplyName, Begin, EngineError};

#[derive(Debug, Clone, Default)]
pub(super) struct State {
    pub(super) now: Duration,
    pub(super) workspaces: BTreeMap<String, Workspace>,
    pub(super) components: BTreeSet<Digest>,
    pub(super) supported_kinds: Vec<Kind>,
    pub(super) faults: Vec<Fault>,
    pub(super) crashed: bool,
    pub(super) log: Vec<(StepAction, String)>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Workspace {
    generation: Generation,
    pub(super) resources: BTreeMap<String, Resource>,
    lease: Option<Lease>,
    pub(super) journal: BTreeMap<u64, Apply>,
}

#[derive(Debug, Clone)]
struct Lease {
    holder: String,
    length: Duration,
    expires: Duration,
}

fn unreachable(reason: &str) -> EngineError {
    EngineError::Unreachable {
        endpoint: "simulated".to_owned(),
        reason: reason.to_owned(),
    }
}

pub(super) fn refused(reason: impl Into<String>) -> EngineError {
    EngineError::Refused {
        code: "InvalidArgument".to_owned(),
        reason: reason.into(),
    }
}

impl State {
    /// What every call begins with.
    pub(super) fn reach(&mut self) -> Result<(), EngineError> {
        if self.crashed {
            return Err(unreachable("the node has crashed"));
        }
        for fault in &mut self.faults {
            if let Fault::Unreachable(calls @ 1..) = fault {
                *calls -= 1;
                return Err(unreachable("the connection was refused"));
            }
        }
        Ok(())
    }

    pub(super) fn live(&self, workspace: &str) -> Live {
        let (generation, resources) = self
            .workspaces
            .get(workspace)
            .map(|workspace| {
                let resources = workspace.resources.values().cloned().collect();
                (workspace.generation, resources)
            })
            .unwrap_or_default();
        Live {
            generation,
            resources,
            supported_kinds: self.supported_kinds.clone(),
        }
    }

    /// The workspace, where `apply` is its current one; renews the lease.
    pub(super) fn current(&mut self, apply: &ApplyName) -> Result<&mut Workspace, EngineError> {
        let now = self.now;
        let workspace = self.workspaces.entry(apply.workspace.clone()).or_default();
        if workspace.generation != apply.generation {
            return Err(EngineError::Stale {
                reason: format!(
                    "generation {} has passed: the current one is {}",
                    apply.generation, workspace.generation
                ),
            });
        }
        if let Some(lease) = &mut workspace.lease {
            lease.expires = now + lease.length;
        }
        Ok(workspace)
    }

    pub(super) fn begin(&mut self, begin: &Begin) -> Result<Generation, EngineError> {
        let now = self.now;
        let workspace = self.workspaces.entry(begin.workspace.clone()).or_default();
        if workspace.generation != begin.parent {
            return Err(EngineError::Stale {
                reason: format!(
                    "the plan was made from generation {}, the current one is {}",
                    begin.parent, workspace.generation
                ),
            });
        }
        if let Some(lease) = workspace.lease.as_ref().filter(|lease| lease.expires > now) {
            return Err(EngineError::LeaseHeld {
                holder: lease.holder.clone(),
                expires_in: lease.expires.saturating_sub(now),
                reason: format!("`{}` holds the lease", lease.holder),
            });
        }
        if let Some(apply) = workspace.journal.get_mut(&workspace.generation.0)
            && apply.state() == apply::State::Running
        {
            apply.set_state(apply::State::Abandoned);
        }
        workspace.generation = workspace.generation.next();
        workspace.lease = Some(Lease {
            holder: begin.holder.clone(),
            length: begin.lease,
            expires: now + begin.lease,
        });
        let steps = begin.steps.iter().map(|step| JournalStep {
            step: Some(step.clone()),
            state: journal_step::State::NotStarted.into(),
            error: String::new(),
        });
        let generation = workspace.generation;
        workspace.journal.insert(
            generation.0,
            Apply {
                generation: generation.0,
                holder: begin.holder.clone(),
                commit: begin.commit.clone().unwrap_or_default(),
                state: apply::State::Running.into(),
                steps: steps.collect(),
                ..Apply::default()
            },
        );
        Ok(generation)
    }

    pub(super) fn step(
        &mut self,
        apply: &ApplyName,
        index: usize,
        put: Option<&Resource>,
    ) -> Result<Option<Digest>, EngineError> {
        let lose_answer = self.before_step(apply)?;
        let refusals: BTreeMap<_, _> = self
            .faults
            .iter()
            .filter_map(|fault| match fault {
                Fault::Refuse { address, reason } => Some((address.clone(), reason.clone())),
                _ => None,
            })
            .collect();
        let components = self.components.clone();
        let workspace = self.current(apply)?;
        let planned = workspace
            .journal
            .get(&apply.generation.0)
            .and_then(|journal| journal.steps.get(index)?.step.clone())
            .ok_or_else(|| refused(format!("the apply has no step {index}")))?;
        let outcome = match refusals.get(&planned.address) {
            Some(reason) => Err(refused(reason)),
            None => workspace.execute(&planned, put, apply.generation, &components),
        };
        workspace.write_down(apply.generation, index, outcome.as_ref().err());
        if outcome.is_ok() {
            self.log.push((planned.action(), planned.address));
        }
        if lose_answer {
            self.crashed = true;
            return Err(unreachable("the node crashed before it answered"));
        }
        outcome
    }

    pub(super) fn finish(&mut self, apply: &ApplyName) -> Result<(), EngineError> {
        let workspace = self.current(apply)?;
        workspace.lease = None;
        if let Some(journal) = workspace.journal.get_mut(&apply.generation.0) {
            let is_done = |step: &JournalStep| step.state() == journal_step::State::Done;
            journal.set_state(if journal.steps.iter().all(is_done) {
                apply::State::Succeeded
            } else {
                apply::State::Failed
            });
        }
        Ok(())
    }

    /// Lets the faults happen that count steps. Returns whether this step's
    /// answer is to be lost.
    fn before_step(&mut self, apply: &ApplyName) -> Result<bool, EngineError> {
        let mut lose_answer = false;
        let mut overtaken = false;
        for fault in &mut self.faults {
            match fault {
                Fault::CrashAfter(0) => self.crashed = true,
                Fault::OvertakeAfter(0) => overtaken = true,
                Fault::LoseAnswerAfter(0) => lose_answer = true,
                Fault::CrashAfter(steps)
                | Fault::LoseAnswerAfter(steps)
                | Fault::OvertakeAfter(steps) => *steps -= 1,
                Fault::Refuse { .. } | Fault::Unreachable(_) => {}
            }
        }
        if self.crashed {
            return Err(unreachable("the node has crashed"));
        }
        if overtaken {
            self.faults
                .retain(|fault| !matches!(fault, Fault::OvertakeAfter(_)));
            if let Some(workspace) = self.workspaces.get_mut(&apply.workspace) {
                workspace.generation = workspace.generation.next();
            }
        }
        Ok(lose_answer)
    }
}

impl Workspace {
    fn execute(
        &mut self,
        planned: &control::PlannedStep,
        put: Option<&Resource>,
        generation: Generation,
        components: &BTreeSet<Digest>,
    ) -> Result<Option<Digest>, EngineError> {
        let address = &planned.address;
        let Some(resource) = put else {
            if planned.action() != StepAction::Delete {
                return Err(refused("a step that puts bears no resource"));
            }
            let depends = |other: &&Resource| other.dependencies.contains(address);
            if let Some(other) = self.resources.values().find(depends) {
                let other = &other.address;
                return Err(refused(format!("`{other}` depends on `{address}`")));
            }
            self.resources.remove(address);
            return Ok(None);
        };
        if planned.action() != StepAction::Put
            || !resource.is_consistent()
            || resource.address != *address
            || resource.digest != planned.digest
        {
            return Err(refused(format!(
                "the resource is not the `{address}` that was planned"
            )));
        }
        let missing = |dependency: &&String| !self.resources.contains_key(*dependency);
        if let Some(dependency) = resource.dependencies.iter().find(missing) {
            return Err(refused(format!(
                "`{address}` depends on `{dependency}`, which is not there"
            )));
        }
        if let Some(digest) = component(resource)
            && !components.contains(&digest)
        {
            return Err(refused(format!(
                "the component {} was not uploaded",
                digest.short()
            )));
        }
        self.resources.insert(
            address.clone(),
            Resource {
                generation: generation.0,
                ..resource.clone()
            },
        );
        Ok(resource.digest.parse().ok())
    }

    fn write_down(&mut self, generation: Generation, index: usize, error: Option<&EngineError>) {
        let Some(step) = self
            .journal
            .get_mut(&generation.0)
            .and_then(|journal| journal.steps.get_mut(index))
        else {
            return;
        };
        step.set_state(match error {
            None => journal_step::State::Done,
            Some(_) => journal_step::State::Failed,
        });
        step.error = error.map(ToString::to_string).unwrap_or_default();
    }
}

fn component(resource: &Resource) -> Option<Digest> {
    match resource.spec.as_ref()?.kind.as_ref()? {
        spec::Kind::Version(version) => version.component.as_ref()?.digest.parse().ok(),
        _ => None,
    }
}
