use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use vimana_proto::control::v1::{
    self as control, Apply, GetStatusResponse, JournalStep, ResourceStatus, StepAction, apply,
    journal_step, resource_status,
};
use vimana_proto::state::v1::{Resource, spec};
use vimana_proto::{Digest, Generation, Kind};

use super::{ApplyName, Begin, Engine, EngineError};
use crate::Live;

/// A node in memory: deterministic, with a clock that moves only when it is told
/// to, forkable, and with faults on demand.
///
/// It keeps the rules of the control API, and is stricter than a node has to be:
/// a put whose dependencies are not there and a deletion of what something depends
/// on are refused, so that a wrong order shows.
#[derive(Debug)]
pub struct Simulated {
    state: Mutex<State>,
    /// Steps of resources with these addresses wait until they are let go.
    held: watch::Sender<BTreeSet<String>>,
    renewals: watch::Sender<u64>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Once this many further steps were executed, nothing answers until
    /// [`Simulated::restart`].
    CrashAfter(usize),
    /// As [`Fault::CrashAfter`], but the last step's effect stays although its answer
    /// is lost.
    LoseAnswerAfter(usize),
    /// Every step of the resource fails.
    Refuse {
        /// The resource.
        address: String,
        /// What the node says.
        reason: String,
    },
    /// This many calls find nobody, before they have any effect.
    Unreachable(usize),
    /// Before this many further steps, somebody else takes the next generation.
    OvertakeAfter(usize),
}

#[derive(Debug, Clone, Default)]
struct State {
    now: Duration,
    workspaces: BTreeMap<String, Workspace>,
    components: BTreeSet<Digest>,
    supported_kinds: Vec<Kind>,
    faults: Vec<Fault>,
    crashed: bool,
    log: Vec<(StepAction, String)>,
}

#[derive(Debug, Clone, Default)]
struct Workspace {
    generation: Generation,
    resources: BTreeMap<String, Resource>,
    lease: Option<Lease>,
    journal: BTreeMap<u64, Apply>,
}

#[derive(Debug, Clone)]
struct Lease {
    holder: String,
    length: Duration,
    expires: Duration,
}

impl Default for Simulated {
    fn default() -> Self {
        Self::new(&[
            Kind::Domain,
            Kind::Variable,
            Kind::Interface,
            Kind::Service,
            Kind::Version,
            Kind::Route,
        ])
    }
}

impl Simulated {
    /// An empty node that can hold resources of `supported_kinds`.
    #[must_use]
    pub fn new(supported_kinds: &[Kind]) -> Self {
        Self::from(State {
            supported_kinds: supported_kinds.to_vec(),
            ..State::default()
        })
    }

    /// A node of its own that holds what this one holds now.
    #[must_use]
    pub fn fork(&self) -> Self {
        Self::from(self.state().clone())
    }

    /// Puts `resources` there without an apply.
    pub fn preset(&self, workspace: &str, resources: impl IntoIterator<Item = Resource>) {
        let mut state = self.state();
        let workspace = state.workspaces.entry(workspace.to_owned()).or_default();
        workspace.resources.extend(
            resources
                .into_iter()
                .map(|resource| (resource.address.clone(), resource)),
        );
    }

    /// What a workspace has, without a call that could fail.
    #[must_use]
    pub fn live(&self, workspace: &str) -> Live {
        self.state().live(workspace)
    }

    /// Every step that had an effect, in order.
    #[must_use]
    pub fn log(&self) -> Vec<(StepAction, String)> {
        self.state().log.clone()
    }

    /// Lets `fault` happen.
    pub fn inject(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Ends a crash and all faults. Leases and the journal are as they were.
    pub fn restart(&self) {
        let mut state = self.state();
        state.crashed = false;
        state.faults.clear();
    }

    /// Lets time pass.
    pub fn advance(&self, time: Duration) {
        self.state().now += time;
    }

    /// Lets steps of the resource wait until [`Simulated::let_go`].
    pub fn hold(&self, address: &str) {
        self.held.send_modify(|held| {
            held.insert(address.to_owned());
        });
    }

    /// Lets the steps that [`Simulated::hold`] stopped go on.
    pub fn let_go(&self, address: &str) {
        self.held.send_modify(|held| {
            held.remove(address);
        });
    }

    /// Waits until leases were renewed `count` times.
    pub async fn renewed(&self, count: u64) {
        let mut renewals = self.renewals.subscribe();
        // The sender is a field of `self`, so it cannot be gone.
        let _ = renewals.wait_for(|renewals| *renewals >= count).await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic of a test that holds the lock leaves a state that is whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<State> for Simulated {
    fn from(state: State) -> Self {
        Self {
            state: Mutex::new(state),
            held: watch::Sender::default(),
            renewals: watch::Sender::default(),
        }
    }
}

fn unreachable(reason: &str) -> EngineError {
    EngineError::Unreachable {
        endpoint: "simulated".to_owned(),
        reason: reason.to_owned(),
    }
}

fn refused(reason: impl Into<String>) -> EngineError {
    EngineError::Refused {
        code: "InvalidArgument".to_owned(),
        reason: reason.into(),
    }
}

impl State {
    /// What every call begins with.
    fn reach(&mut self) -> Result<(), EngineError> {
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

    fn live(&self, workspace: &str) -> Live {
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
    fn current(&mut self, apply: &ApplyName) -> Result<&mut Workspace, EngineError> {
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

    fn begin(&mut self, begin: &Begin) -> Result<Generation, EngineError> {
        let now = self.now;
        let workspace = self.workspaces.entry(begin.workspace.clone()).or_default();
        if let Some(lease) = workspace.lease.as_ref().filter(|lease| lease.expires > now) {
            return Err(EngineError::LeaseHeld {
                holder: lease.holder.clone(),
                expires_in: lease.expires.saturating_sub(now),
                reason: format!("`{}` holds the lease", lease.holder),
            });
        }
        if workspace.generation != begin.parent {
            return Err(EngineError::Stale {
                reason: format!(
                    "the plan was made from generation {}, the current one is {}",
                    begin.parent, workspace.generation
                ),
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

    fn step(
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

#[async_trait]
impl Engine for Simulated {
    async fn observe(&self, workspace: &str) -> Result<Live, EngineError> {
        let mut state = self.state();
        state.reach()?;
        Ok(state.live(workspace))
    }

    async fn missing_components(&self, digests: &[Digest]) -> Result<Vec<Digest>, EngineError> {
        let mut state = self.state();
        state.reach()?;
        let missing = |digest: &&Digest| !state.components.contains(digest);
        Ok(digests.iter().filter(missing).copied().collect())
    }

    async fn upload_component(
        &self,
        digest: &Digest,
        component: Arc<[u8]>,
    ) -> Result<(), EngineError> {
        let mut state = self.state();
        state.reach()?;
        if Digest::of(&component) != *digest {
            return Err(refused("the component has another digest"));
        }
        state.components.insert(*digest);
        Ok(())
    }

    async fn begin(&self, begin: &Begin) -> Result<Generation, EngineError> {
        let mut state = self.state();
        state.reach()?;
        state.begin(begin)
    }

    async fn step(
        &self,
        apply: &ApplyName,
        step: usize,
        put: Option<&Resource>,
    ) -> Result<Option<Digest>, EngineError> {
        if let Some(resource) = put {
            let mut held = self.held.subscribe();
            // The sender is a field of `self`, so it cannot be gone.
            let _ = held
                .wait_for(|held| !held.contains(&resource.address))
                .await;
        }
        let mut state = self.state();
        state.reach()?;
        state.step(apply, step, put)
    }

    async fn renew(&self, apply: &ApplyName) -> Result<(), EngineError> {
        {
            let mut state = self.state();
            state.reach()?;
            state.current(apply)?;
        }
        self.renewals.send_modify(|renewals| *renewals += 1);
        Ok(())
    }

    async fn finish(&self, apply: &ApplyName) -> Result<(), EngineError> {
        let mut state = self.state();
        state.reach()?;
        let workspace = state.current(apply)?;
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

    async fn status(&self, workspace: &str, name: &str) -> Result<GetStatusResponse, EngineError> {
        let mut state = self.state();
        state.reach()?;
        let live = state.live(workspace);
        let is_named = |resource: &Resource| {
            let (_, own) = resource.address.split_once('/').unwrap_or_default();
            name.is_empty()
                || resource.address == name
                || own == name
                || own
                    .split_once('@')
                    .is_some_and(|(service, _)| service == name)
        };
        Ok(GetStatusResponse {
            generation: live.generation.0,
            resources: live
                .resources
                .into_iter()
                .filter(is_named)
                .map(|resource| ResourceStatus {
                    observed_digest: resource.digest.clone(),
                    resource: Some(resource),
                    health: resource_status::Health::Healthy.into(),
                    message: String::new(),
                })
                .collect(),
        })
    }

    async fn history(
        &self,
        workspace: &str,
        limit: u32,
    ) -> Result<Vec<control::Apply>, EngineError> {
        let mut state = self.state();
        state.reach()?;
        let journal = state.workspaces.get(workspace).map(|own| &own.journal);
        let without_steps = |apply: &Apply| Apply {
            steps: Vec::new(),
            ..apply.clone()
        };
        Ok(journal
            .into_iter()
            .flat_map(|journal| journal.values().rev())
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .map(without_steps)
            .collect())
    }

    async fn journal(&self, apply: &ApplyName) -> Result<control::Apply, EngineError> {
        let mut state = self.state();
        state.reach()?;
        state
            .workspaces
            .get(&apply.workspace)
            .and_then(|workspace| workspace.journal.get(&apply.generation.0).cloned())
            .ok_or_else(|| EngineError::Refused {
                code: "NotFound".to_owned(),
                reason: format!("there was no apply {}", apply.generation),
            })
    }
}
