use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use vimana_proto::{Address, Generation};

use super::{Cancel, Entry, Event, ExecuteError, ExecuteOptions, Observer, Report};
use crate::engine::{ApplyName, Engine, EngineError};
use crate::plan::Plan;
use crate::schedule::{Schedule, StepAction};

/// An apply that holds its lease.
pub(super) struct Run<'a> {
    plan: &'a Plan,
    engine: &'a dyn Engine,
    observer: &'a dyn Observer,
    options: &'a ExecuteOptions,
    apply: ApplyName,
    schedule: Schedule,
    states: Vec<State>,
    stop: Option<Stop>,
}

/// What is known of a step.
#[derive(Debug, Clone)]
enum State {
    Waiting,
    InHand,
    Done,
    Failed(String),
    Unknown(String),
    /// Never starts, since the step with this index failed.
    Behind(usize),
}

/// Why no further step starts.
#[derive(Debug, Clone, PartialEq)]
enum Stop {
    Cancelled,
    Aborted,
    Overtaken(String),
    /// Nobody answers any more.
    Gone,
}

/// A step that has ended.
struct Ended {
    step: usize,
    outcome: Result<(), EngineError>,
    elapsed: Duration,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        engine: &'a dyn Engine,
        observer: &'a dyn Observer,
        options: &'a ExecuteOptions,
        schedule: Schedule,
        generation: Generation,
    ) -> Self {
        observer.event(&Event::Begun {
            generation,
            steps: schedule.steps().len(),
        });
        Self {
            plan,
            engine,
            observer,
            options,
            apply: ApplyName {
                workspace: plan.workspace.clone(),
                generation,
            },
            states: vec![State::Waiting; schedule.steps().len()],
            schedule,
            stop: None,
        }
    }

    pub(super) async fn finish_plan(mut self, cancel: &Cancel) -> Result<Report, ExecuteError> {
        self.steps(cancel).await;
        let warning = match &self.stop {
            Some(Stop::Aborted) => Some(format!(
                "the lease was not released; it ends by itself within {} s",
                self.options.lease.as_secs()
            )),
            Some(Stop::Overtaken(_)) => None,
            Some(Stop::Cancelled | Stop::Gone) | None => self.finish(cancel).await,
        };
        let report = self.report(warning);
        match self.stop {
            Some(Stop::Overtaken(reason)) => Err(ExecuteError::Overtaken {
                report: Box::new(report),
                reason,
            }),
            Some(Stop::Cancelled | Stop::Aborted | Stop::Gone) | None => Ok(report),
        }
    }

    async fn steps(&mut self, cancel: &Cancel) {
        let mut in_hand = FuturesUnordered::<BoxFuture<'a, Ended>>::new();
        let lease_lost = keep_lease(
            self.engine,
            self.observer,
            self.apply.clone(),
            self.options.lease,
        );
        tokio::pin!(lease_lost);
        loop {
            self.start_ready(&mut in_hand);
            if in_hand.is_empty() {
                return;
            }
            let is_stopped = self.stop.is_some();
            let is_overtaken = matches!(self.stop, Some(Stop::Overtaken(_)));
            tokio::select! {
                biased;
                () = cancel.aborted() => {
                    self.stop = Some(Stop::Aborted);
                    return self.abandon();
                }
                () = cancel.requested(), if !is_stopped => {
                    self.observer.event(&Event::Cancelling { in_hand: in_hand.len() });
                    self.stop = Some(Stop::Cancelled);
                }
                Some(ended) = in_hand.next() => self.ended(ended),
                reason = &mut lease_lost, if !is_overtaken => {
                    self.stop = Some(Stop::Overtaken(reason));
                }
            }
        }
    }

    fn start_ready(&mut self, in_hand: &mut FuturesUnordered<BoxFuture<'a, Ended>>) {
        while self.stop.is_none() && in_hand.len() < self.options.concurrency.max(1) {
            let Some(step) = self.schedule.start() else {
                return;
            };
            let (address, action) = self.named(step);
            self.observer.event(&Event::Started { address, action });
            self.states[step] = State::InHand;
            in_hand.push(Box::pin(self.one(step)));
        }
    }

    fn named(&self, step: usize) -> (&'a Address, StepAction) {
        let step = self.schedule.steps()[step];
        (&self.plan.changes[step.change].address, step.action)
    }

    /// One step, with its tries. Holds nothing of `self`, so that further steps can
    /// start meanwhile.
    fn one(&self, step: usize) -> impl Future<Output = Ended> + Send + use<'a> {
        let (address, action) = self.named(step);
        let change = &self.plan.changes[self.schedule.steps()[step].change];
        let put = match action {
            StepAction::Put => change.resource(),
            StepAction::Delete | StepAction::Unspecified => None,
        };
        let (engine, observer, options) = (self.engine, self.observer, self.options);
        let apply = self.apply.clone();
        async move {
            let start = Instant::now();
            let mut wait = options.backoff;
            let mut tries_left = options.retries;
            let outcome = loop {
                match engine.step(&apply, step, put).await {
                    Err(error) if error.is_passing() && tries_left > 0 => {
                        let reason = error.to_string();
                        observer.event(&Event::Retrying { address, reason });
                        tokio::time::sleep(wait).await;
                        tries_left -= 1;
                        wait *= 2;
                    }
                    outcome => break outcome.map(|_| ()),
                }
            };
            Ended {
                step,
                outcome,
                elapsed: start.elapsed(),
            }
        }
    }

    fn ended(&mut self, ended: Ended) {
        let Ended {
            step,
            outcome,
            elapsed,
        } = ended;
        let (address, action) = self.named(step);
        let Err(error) = outcome else {
            self.states[step] = State::Done;
            self.schedule.done(step);
            self.observer.event(&Event::Done {
                address,
                action,
                elapsed,
            });
            return;
        };
        let reason = error.to_string();
        self.observer.event(&Event::Failed {
            address,
            action,
            reason: reason.clone(),
        });
        self.states[step] = match error {
            EngineError::Stale { .. } | EngineError::LeaseHeld { .. } => {
                self.stop = Some(Stop::Overtaken(reason.clone()));
                State::Failed(reason)
            }
            EngineError::Unreachable { .. } => {
                // All tries are used up; the other steps would only use up theirs.
                self.stop.get_or_insert(Stop::Gone);
                State::Unknown(reason)
            }
            EngineError::Endpoint { .. }
            | EngineError::Unauthenticated { .. }
            | EngineError::NotFound { .. }
            | EngineError::Refused { .. }
            | EngineError::Answer { .. } => {
                for behind in self.schedule.failed(step) {
                    self.states[behind] = State::Behind(step);
                }
                State::Failed(reason)
            }
        };
    }

    /// Leaves the steps in hand to themselves.
    fn abandon(&mut self) {
        for state in &mut self.states {
            if matches!(state, State::InHand) {
                *state = State::Unknown("in hand when the apply was aborted".to_owned());
            }
        }
    }

    /// Releases the lease. Returns what to tell where that did not work: the steps
    /// are done all the same.
    async fn finish(&self, cancel: &Cancel) -> Option<String> {
        let error = tokio::select! {
            biased;
            () = cancel.aborted() => "the apply was aborted".to_owned(),
            finished = self.engine.finish(&self.apply) => match finished {
                Ok(()) => return None,
                Err(error) => error.to_string(),
            },
        };
        Some(format!(
            "the lease was not released and ends by itself within {} s: {error}",
            self.options.lease.as_secs()
        ))
    }

    fn report(&self, warning: Option<String>) -> Report {
        let mut report = Report {
            generation: Some(self.apply.generation),
            interrupted: matches!(self.stop, Some(Stop::Cancelled | Stop::Aborted)),
            warning,
            ..Report::default()
        };
        let steps = self.schedule.steps();
        for (index, step) in steps.iter().enumerate() {
            let is_last = steps
                .get(index + 1)
                .is_none_or(|next| next.change != step.change);
            // Of a replacement, the put tells all unless the deletion did not work.
            if !is_last && matches!(self.states[index], State::Done) {
                continue;
            }
            let is_told = index > 0
                && steps[index - 1].change == step.change
                && !matches!(self.states[index - 1], State::Done);
            if is_told {
                continue;
            }
            let change = &self.plan.changes[step.change];
            let (list, detail) = match &self.states[index] {
                State::Done => (&mut report.done, String::new()),
                State::Failed(reason) => (&mut report.failed, reason.clone()),
                State::Unknown(reason) => (&mut report.unknown, reason.clone()),
                State::InHand => (&mut report.unknown, "in hand at the end".to_owned()),
                State::Behind(failed) => (
                    &mut report.not_started,
                    format!("because `{}` failed", self.named(*failed).0),
                ),
                State::Waiting => (&mut report.not_started, self.because()),
            };
            list.push(Entry {
                address: change.address.clone(),
                action: change.action,
                detail,
            });
        }
        report
    }

    fn because(&self) -> String {
        match &self.stop {
            Some(Stop::Cancelled | Stop::Aborted) => "because the apply was interrupted",
            Some(Stop::Overtaken(_)) => "because the lease was lost",
            Some(Stop::Gone) => "because the node did not answer",
            None => "because nothing let it start",
        }
        .to_owned()
    }
}

/// Renews the lease three times in its length, so that steps may take longer than it.
/// Ends with the reason once the lease is lost.
async fn keep_lease(
    engine: &dyn Engine,
    observer: &dyn Observer,
    apply: ApplyName,
    lease: Duration,
) -> String {
    loop {
        tokio::time::sleep(lease / 3).await;
        match engine.renew(&apply).await {
            Ok(()) => {}
            Err(error @ (EngineError::Stale { .. } | EngineError::LeaseHeld { .. })) => {
                return error.to_string();
            }
            // The next renewal or step will tell.
            Err(error) => observer.event(&Event::LeaseAtRisk {
                reason: error.to_string(),
            }),
        }
    }
}
