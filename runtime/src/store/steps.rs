use rusqlite::{OptionalExtension as _, Transaction};
use vimana_proto::control::v1::{PlannedStep, StepAction, journal_step};
use vimana_proto::state::v1::{Resource, spec};
use vimana_proto::{Address, Digest, Generation};

use super::lease::{self, number};
use super::resources;
use super::{ApplyError, Moment, Store};

/// Names a step.
#[derive(Debug, Clone)]
pub(crate) struct StepKey {
    pub(crate) workspace: String,
    pub(crate) generation: Generation,
    pub(crate) step: u32,
}

/// How far a step is.
#[derive(Debug, Clone)]
pub(crate) enum Progress {
    /// It was done before, and there is nothing left to do.
    Done { lease_expires_at: Moment },
    /// It is to be done.
    Open { planned: PlannedStep },
}

impl Store {
    /// Renews the lease for a step that carries `resource`, or deletes where that
    /// is none, and says whether it was already done. A version takes long to
    /// prepare, so its step is marked as started: the journal tells where an apply
    /// was when it was killed.
    pub(crate) fn open_step(
        &self,
        key: &StepKey,
        resource: Option<&Resource>,
    ) -> Result<Progress, ApplyError> {
        let now = self.now();
        self.write(|transaction| {
            let lease_expires_at = lease::renew(transaction, &key.workspace, key.generation, now)?;
            let (planned, state) = read_step(transaction, key)?;
            check_announced(key.step, &planned, resource)?;
            if state == journal_step::State::Done as i32 {
                return Ok(Progress::Done { lease_expires_at });
            }
            if resource.is_some_and(|resource| interface_digest(resource).is_some()) {
                set_state(transaction, key, journal_step::State::Started, "")?;
            }
            Ok(Progress::Open { planned })
        })
    }

    /// Makes sure that a resource may be put, before the work of preparing it.
    pub(crate) fn check_put(&self, workspace: &str, resource: &Resource) -> Result<(), ApplyError> {
        self.read(|transaction| resources::check_put(transaction, workspace, resource))
    }

    /// Puts a resource and marks the step as done, in one transaction.
    pub(crate) fn put(&self, key: &StepKey, resource: &Resource) -> Result<Moment, ApplyError> {
        let now = self.now();
        self.write(|transaction| {
            let lease_expires_at = lease::renew(transaction, &key.workspace, key.generation, now)?;
            resources::check_put(transaction, &key.workspace, resource)?;
            resources::put(transaction, &key.workspace, key.generation, resource)?;
            set_state(transaction, key, journal_step::State::Done, "")?;
            Ok(lease_expires_at)
        })
    }

    /// Deletes a resource, where it is there, and marks the step as done, in one
    /// transaction.
    pub(crate) fn delete(&self, key: &StepKey, address: &Address) -> Result<Moment, ApplyError> {
        let now = self.now();
        self.write(|transaction| {
            let lease_expires_at = lease::renew(transaction, &key.workspace, key.generation, now)?;
            resources::delete(transaction, &key.workspace, &address.to_string())?;
            set_state(transaction, key, journal_step::State::Done, "")?;
            Ok(lease_expires_at)
        })
    }

    /// Writes down why a step failed. Does nothing where the generation has
    /// passed, or where another call of the same step has done it.
    pub(crate) fn fail_step(&self, key: &StepKey, reason: &str) -> Result<(), ApplyError> {
        self.write(|transaction| {
            lease::check_current(transaction, &key.workspace, key.generation)?;
            let (_, state) = read_step(transaction, key)?;
            if state != journal_step::State::Done as i32 {
                set_state(transaction, key, journal_step::State::Failed, reason)?;
            }
            Ok(())
        })
    }
}

/// Makes sure that what a step carries is what was announced.
fn check_announced(
    step: u32,
    planned: &PlannedStep,
    resource: Option<&Resource>,
) -> Result<(), ApplyError> {
    let announced = describe(planned.action(), &planned.address, &planned.digest);
    let carried = resource.map_or_else(
        || describe(StepAction::Delete, &planned.address, ""),
        |resource| describe(StepAction::Put, &resource.address, &resource.digest),
    );
    if announced == carried {
        return Ok(());
    }
    Err(ApplyError::OtherStep {
        step,
        announced,
        carried,
    })
}

fn describe(action: StepAction, address: &str, digest: &str) -> String {
    let separator = if digest.is_empty() { "" } else { " " };
    format!("{} {address}{separator}{digest}", action.as_str_name())
}

fn read_step(
    transaction: &Transaction<'_>,
    key: &StepKey,
) -> Result<(PlannedStep, i32), ApplyError> {
    let found = transaction
        .prepare_cached(
            "SELECT action, address, digest, reason, state FROM steps
             WHERE workspace = ?1 AND generation = ?2 AND step = ?3",
        )?
        .query_row((&key.workspace, number(key.generation), key.step), |row| {
            let planned = PlannedStep {
                action: row.get(0)?,
                address: row.get(1)?,
                digest: row.get(2)?,
                reason: row.get(3)?,
            };
            Ok((planned, row.get(4)?))
        })
        .optional()?;
    if let Some(found) = found {
        return Ok(found);
    }
    let count = transaction.query_row(
        "SELECT count(*) FROM steps WHERE workspace = ?1 AND generation = ?2",
        (&key.workspace, number(key.generation)),
        |row| row.get(0),
    )?;
    Err(ApplyError::NoSuchStep {
        step: key.step,
        count,
    })
}

fn set_state(
    transaction: &Transaction<'_>,
    key: &StepKey,
    state: journal_step::State,
    error: &str,
) -> Result<(), rusqlite::Error> {
    transaction
        .prepare_cached(
            "UPDATE steps SET state = ?4, error = ?5
             WHERE workspace = ?1 AND generation = ?2 AND step = ?3",
        )?
        .execute((
            &key.workspace,
            number(key.generation),
            key.step,
            state as i32,
            error,
        ))?;
    Ok(())
}

/// The interface that a version implements.
pub(super) fn interface_digest(resource: &Resource) -> Option<Digest> {
    match resource.spec.as_ref()?.kind.as_ref()? {
        spec::Kind::Version(version) => version.interface_digest.parse().ok(),
        _ => None,
    }
}
