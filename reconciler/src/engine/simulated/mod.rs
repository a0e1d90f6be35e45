mod state;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use vimana_proto::control::v1::{
    self as control, Apply, GetStatusResponse, ResourceStatus, StepAction, resource_status,
};
use vimana_proto::state::v1::Resource;
use vimana_proto::{Digest, Generation, Kind};

use super::{ApplyName, Begin, Engine, EngineError};
use crate::Live;
use state::{State, refused};

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
        state.finish(apply)
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
