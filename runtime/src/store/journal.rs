use std::time::Duration;

use rusqlite::{OptionalExtension as _, Row, Transaction};
use vimana_proto::Generation;
use vimana_proto::control::v1::{Apply, JournalStep, PlannedStep, apply, journal_step};

use super::lease::{self, number};
use super::{ApplyError, Moment, Store, StoreError};

/// How many applies of a workspace the journal keeps.
const KEPT_APPLIES: i64 = 1000;

/// What an apply says when it begins.
#[derive(Debug, Clone)]
pub(crate) struct Begin {
    pub(crate) workspace: String,
    pub(crate) parent: Generation,
    pub(crate) steps: Vec<PlannedStep>,
    pub(crate) holder: String,
    pub(crate) commit: String,
    pub(crate) lease: Duration,
}

/// An apply that has begun.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun {
    pub(crate) generation: Generation,
    pub(crate) lease_expires_at: Moment,
}

impl Store {
    /// Begins an apply: takes the lease and the next generation, and writes the
    /// steps down.
    pub(crate) fn begin(&self, begin: &Begin) -> Result<Begun, ApplyError> {
        let now = self.now();
        self.write(|transaction| {
            let (generation, lease_expires_at) = lease::take(
                transaction,
                &begin.workspace,
                begin.parent,
                begin.lease,
                now,
            )?;
            insert_apply(transaction, begin, generation, now)?;
            transaction.execute(
                "DELETE FROM applies WHERE workspace = ?1 AND generation <= ?2",
                (&begin.workspace, number(generation) - KEPT_APPLIES),
            )?;
            Ok(Begun {
                generation,
                lease_expires_at,
            })
        })
    }

    /// Ends an apply: closes its journal and releases the lease. An apply that
    /// has already ended stays as it is.
    pub(crate) fn finish(
        &self,
        workspace: &str,
        generation: Generation,
    ) -> Result<Apply, ApplyError> {
        let now = self.now();
        self.write(|transaction| {
            let standing = lease::check_current(transaction, workspace, generation)?;
            if standing.lease.is_some() {
                close(transaction, workspace, generation, now)?;
            }
            read_apply(transaction, workspace, generation, now)
        })
    }

    /// The applies of a workspace, the newest first, without their steps.
    pub(crate) fn applies(&self, workspace: &str, limit: u32) -> Result<Vec<Apply>, StoreError> {
        let now = self.now();
        self.read(|transaction| {
            let mut query = transaction.prepare_cached(&format!(
                "{SELECT_APPLY} WHERE a.workspace = ?1 ORDER BY a.generation DESC LIMIT ?2"
            ))?;
            let rows = query.query_map((workspace, limit), |row| apply_of(row, now))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// One apply with its steps.
    pub(crate) fn apply(
        &self,
        workspace: &str,
        generation: Generation,
    ) -> Result<Apply, ApplyError> {
        let now = self.now();
        self.read(|transaction| read_apply(transaction, workspace, generation, now))
    }
}

fn insert_apply(
    transaction: &Transaction<'_>,
    begin: &Begin,
    generation: Generation,
    now: Moment,
) -> Result<(), rusqlite::Error> {
    transaction.execute(
        "INSERT INTO applies (workspace, generation, holder, commit_id, state, started_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (
            &begin.workspace,
            number(generation),
            &begin.holder,
            &begin.commit,
            apply::State::Running as i32,
            now.0,
        ),
    )?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO steps (workspace, generation, step, action, address, digest, reason, state)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (index, step) in begin.steps.iter().enumerate() {
        insert.execute((
            &begin.workspace,
            number(generation),
            i64::try_from(index).unwrap_or(i64::MAX),
            step.action,
            &step.address,
            &step.digest,
            &step.reason,
            journal_step::State::NotStarted as i32,
        ))?;
    }
    Ok(())
}

fn close(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
    now: Moment,
) -> Result<(), rusqlite::Error> {
    let key = (
        workspace,
        number(generation),
        journal_step::State::Done as i32,
    );
    let left: i64 = transaction.query_row(
        "SELECT count(*) FROM steps WHERE workspace = ?1 AND generation = ?2 AND state <> ?3",
        key,
        |row| row.get(0),
    )?;
    let state = if left == 0 {
        apply::State::Succeeded
    } else {
        apply::State::Failed
    };
    transaction.execute(
        "UPDATE applies SET state = ?3, finished_at = ?4 WHERE workspace = ?1 AND generation = ?2",
        (workspace, number(generation), state as i32, now.0),
    )?;
    transaction.execute(
        "UPDATE workspaces SET lease_millis = NULL, lease_expires_at = NULL WHERE name = ?1",
        [workspace],
    )?;
    Ok(())
}

/// The lease belongs to the newest apply only, and only while it runs.
const SELECT_APPLY: &str = "
    SELECT a.generation, a.holder, a.commit_id, a.state, a.started_at, a.finished_at,
        w.lease_expires_at
    FROM applies AS a JOIN workspaces AS w ON w.name = a.workspace";

/// An apply whose lease has run out is abandoned from that moment on, whether or
/// not somebody has taken over since.
fn apply_of(row: &Row<'_>, now: Moment) -> Result<Apply, rusqlite::Error> {
    let mut state: i32 = row.get(3)?;
    let mut finished_at = row.get::<_, Option<i64>>(5)?.map(Moment);
    let lease = row.get::<_, Option<i64>>(6)?.map(Moment);
    if state == apply::State::Running as i32 && lease.is_none_or(|end| end <= now) {
        state = apply::State::Abandoned as i32;
        finished_at = lease;
    }
    Ok(Apply {
        generation: lease::generation(row.get(0)?).0,
        holder: row.get(1)?,
        commit: row.get(2)?,
        state,
        started_at: Some(Moment(row.get(4)?).into()),
        finished_at: finished_at.map(Into::into),
        steps: Vec::new(),
    })
}

fn read_apply(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
    now: Moment,
) -> Result<Apply, ApplyError> {
    let key = (workspace, number(generation));
    let found = transaction
        .prepare_cached(&format!(
            "{SELECT_APPLY} WHERE a.workspace = ?1 AND a.generation = ?2"
        ))?
        .query_row(key, |row| apply_of(row, now))
        .optional()?;
    let Some(mut apply) = found else {
        return Err(ApplyError::NoSuchApply {
            workspace: workspace.to_owned(),
            generation,
        });
    };
    let mut query = transaction.prepare_cached(
        "SELECT action, address, digest, reason, state, error FROM steps
         WHERE workspace = ?1 AND generation = ?2 ORDER BY step",
    )?;
    apply.steps = query
        .query_map(key, |row| {
            Ok(JournalStep {
                step: Some(PlannedStep {
                    action: row.get(0)?,
                    address: row.get(1)?,
                    digest: row.get(2)?,
                    reason: row.get(3)?,
                }),
                state: row.get(4)?,
                error: row.get(5)?,
            })
        })?
        .collect::<Result<_, _>>()?;
    Ok(apply)
}
