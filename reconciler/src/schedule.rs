use std::collections::{BTreeSet, HashMap};

use vimana_proto::Address;
pub use vimana_proto::control::v1::StepAction;

use crate::plan::{Action, Change, Plan};

/// What one call to a node does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The index of the change in the plan.
    pub change: usize,
    /// What to do.
    pub action: StepAction,
}

/// The changes of a plan wait for each other, so none can come first.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the changes of {} wait for each other", names(.0))]
pub struct CycleError(pub Vec<Address>);

fn names(addresses: &[Address]) -> String {
    let quoted: Vec<_> = addresses
        .iter()
        .map(|address| format!("`{address}`"))
        .collect();
    quoted.join(", ")
}

/// The steps of a plan and the order in which they may run.
///
/// A put waits for the puts of what the resource depends on. A deletion waits
/// for every change of what depends on the resource in the live state. Among the
/// steps that wait for nothing, the first in the plan goes first.
#[derive(Debug, Clone)]
pub struct Schedule {
    steps: Vec<Step>,
    /// For each step, those that wait for it.
    followers: Vec<Vec<usize>>,
    /// For each step, how many it still waits for.
    waits: Vec<usize>,
    ready: BTreeSet<usize>,
    skipped: Vec<bool>,
}

impl Schedule {
    /// The steps of `plan`.
    pub fn new(plan: &Plan) -> Result<Self, CycleError> {
        let steps = steps(plan);
        let mut schedule = Self {
            followers: vec![Vec::new(); steps.len()],
            waits: vec![0; steps.len()],
            ready: BTreeSet::new(),
            skipped: vec![false; steps.len()],
            steps,
        };
        schedule.link(plan);
        schedule.ready = (0..schedule.steps.len())
            .filter(|step| schedule.waits[*step] == 0)
            .collect();
        schedule.check(plan)?;
        Ok(schedule)
    }

    fn link(&mut self, plan: &Plan) {
        let mut puts = HashMap::<&Address, usize>::new();
        let mut deletes = HashMap::<&Address, usize>::new();
        for (index, step) in self.steps.iter().enumerate() {
            let address = &plan.changes[step.change].address;
            match step.action {
                StepAction::Delete => deletes.insert(address, index),
                StepAction::Put | StepAction::Unspecified => puts.insert(address, index),
            };
        }
        for index in 0..self.steps.len() {
            let Step { change, action } = self.steps[index];
            let change = &plan.changes[change];
            match action {
                StepAction::Delete => self.before_deletions(index, change, &deletes),
                StepAction::Put | StepAction::Unspecified => {
                    for dependency in &change.dependencies {
                        self.after(index, puts.get(dependency).copied());
                    }
                    // Of a replacement, the deletion comes first.
                    self.after(index, deletes.get(&change.address).copied());
                    if change.action == Action::Update {
                        self.before_deletions(index, change, &deletes);
                    }
                }
            }
        }
    }

    fn before_deletions(
        &mut self,
        step: usize,
        change: &Change,
        deletes: &HashMap<&Address, usize>,
    ) {
        for dependency in released(change) {
            if let Some(&deletion) = deletes.get(dependency) {
                self.after(deletion, Some(step));
            }
        }
    }

    /// Lets `step` wait for `first`.
    fn after(&mut self, step: usize, first: Option<usize>) {
        if let Some(first) = first {
            self.followers[first].push(step);
            self.waits[step] += 1;
        }
    }

    /// Runs a copy through; what never becomes ready is in a cycle or behind one.
    fn check(&self, plan: &Plan) -> Result<(), CycleError> {
        let mut trial = self.clone();
        let mut done = vec![false; self.steps.len()];
        while let Some(step) = trial.start() {
            trial.done(step);
            done[step] = true;
        }
        let stuck: BTreeSet<_> = (0..self.steps.len())
            .filter(|step| !done[*step])
            .map(|step| plan.changes[self.steps[step].change].address.clone())
            .collect();
        if stuck.is_empty() {
            Ok(())
        } else {
            Err(CycleError(stuck.into_iter().collect()))
        }
    }

    /// The steps, in the order of the plan; a step is named by its index.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Takes the next step that waits for nothing.
    pub fn start(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// Says that a step that was started has succeeded.
    pub fn done(&mut self, step: usize) {
        for follower in std::mem::take(&mut self.followers[step]) {
            self.waits[follower] -= 1;
            if self.waits[follower] == 0 && !self.skipped[follower] {
                self.ready.insert(follower);
            }
        }
    }

    /// Says that a step that was started has failed, and returns the steps that
    /// will therefore never become ready, sorted.
    pub fn failed(&mut self, step: usize) -> Vec<usize> {
        let mut skipped = BTreeSet::new();
        let mut open = vec![step];
        while let Some(step) = open.pop() {
            for &follower in &self.followers[step] {
                if !self.skipped[follower] {
                    self.skipped[follower] = true;
                    skipped.insert(follower);
                    open.push(follower);
                }
            }
        }
        skipped.into_iter().collect()
    }
}

/// The resources that the node no longer needs for `change`'s sake once it is
/// updated or deleted. A resource that is replaced lets go of all it needs for a while.
fn released(change: &Change) -> impl Iterator<Item = &Address> {
    let held = match change.action {
        Action::Delete | Action::Replace => change.dependencies.as_slice(),
        Action::Create | Action::Update | Action::NoChange => &[],
    };
    held.iter().chain(&change.former_dependencies)
}

fn steps(plan: &Plan) -> Vec<Step> {
    let mut steps = Vec::with_capacity(plan.summary.pending() + plan.summary.replace);
    for (change, Change { action, .. }) in plan.changes.iter().enumerate() {
        let actions: &[StepAction] = match action {
            Action::Create | Action::Update => &[StepAction::Put],
            Action::Replace => &[StepAction::Delete, StepAction::Put],
            Action::Delete => &[StepAction::Delete],
            Action::NoChange => &[],
        };
        steps.extend(actions.iter().map(|&action| Step { change, action }));
    }
    steps
}
