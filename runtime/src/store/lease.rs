use std::time::Duration;

use rusqlite::{OptionalExtension as _, Transaction};
use vimana_proto::Generation;
use vimana_proto::control::v1::apply;

use super::{ApplyError, Moment, Store};

/// Where a workspace stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    pub(super) generation: Generation,
    /// How long the lease of the running apply lasts, and when it ends.
    pub(super) lease: Option<(Duration, Moment)>,
}

/// Reads where a workspace stands; one that was never applied to is at 0.
pub(super) fn standing(
    transaction: &Transaction<'_>,
    workspace: &str,
) -> Result<Standing, rusqlite::Error> {
    let row = transaction
        .prepare_cached(
            "SELECT generation, lease_millis, lease_expires_at FROM workspaces WHERE name = ?1",
        )?
        .query_row([workspace], |row| {
            Ok((
                generation(row.get(0)?),
                row.get::<_, Option<i64>>(1)?,
                row.get::<_, Option<i64>>(2)?,
            ))
        })
        .optional()?;
    let Some((generation, millis, expires_at)) = row else {
        return Ok(Standing::default());
    };
    let lease = millis.zip(expires_at).map(|(millis, expires_at)| {
        let duration = Duration::from_millis(u64::try_from(millis).unwrap_or_default());
        (duration, Moment(expires_at))
    });
    Ok(Standing { generation, lease })
}

/// Makes sure that an apply is the current one of its workspace and has not
/// ended, and renews its lease. A lease that ran out while nobody took over
/// still belongs to its apply.
pub(super) fn renew(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
    now: Moment,
) -> Result<Moment, ApplyError> {
    let standing = check_current(transaction, workspace, generation)?;
    let Some((duration, _)) = standing.lease else {
        return Err(ApplyError::Ended {
            workspace: workspace.to_owned(),
            generation,
        });
    };
    let expires_at = now.after(duration);
    transaction
        .prepare_cached("UPDATE workspaces SET lease_expires_at = ?2 WHERE name = ?1")?
        .execute((workspace, expires_at.0))?;
    Ok(expires_at)
}

/// Makes sure that `generation` is the current one of `workspace`.
pub(super) fn check_current(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
) -> Result<Standing, ApplyError> {
    let standing = standing(transaction, workspace)?;
    if generation == Generation(0) || generation > standing.generation {
        return Err(ApplyError::NoSuchApply {
            workspace: workspace.to_owned(),
            generation,
        });
    }
    if generation < standing.generation {
        return Err(ApplyError::StaleGeneration {
            workspace: workspace.to_owned(),
            generation,
            current: standing.generation,
        });
    }
    Ok(standing)
}

/// Takes the lease and the generation after `parent`.
pub(super) fn take(
    transaction: &Transaction<'_>,
    workspace: &str,
    parent: Generation,
    duration: Duration,
    now: Moment,
) -> Result<(Generation, Moment), ApplyError> {
    let standing = standing(transaction, workspace)?;
    if parent != standing.generation {
        return Err(ApplyError::StaleParent {
            workspace: workspace.to_owned(),
            parent,
            current: standing.generation,
        });
    }
    if let Some((_, expires_at)) = standing.lease {
        take_over(transaction, workspace, standing.generation, expires_at, now)?;
    }
    let generation = parent.next();
    let expires_at = now.after(duration);
    transaction.execute(
        "INSERT INTO workspaces (name, generation, lease_millis, lease_expires_at)
         VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name) DO UPDATE SET generation = excluded.generation,
             lease_millis = excluded.lease_millis, lease_expires_at = excluded.lease_expires_at",
        (
            workspace,
            number(generation),
            i64::try_from(duration.as_millis()).unwrap_or(i64::MAX),
            expires_at.0,
        ),
    )?;
    Ok((generation, expires_at))
}

/// Closes the apply whose lease ran out; refuses where it has not.
fn take_over(
    transaction: &Transaction<'_>,
    workspace: &str,
    generation: Generation,
    expires_at: Moment,
    now: Moment,
) -> Result<(), ApplyError> {
    if expires_at > now {
        let holder = transaction.query_row(
            "SELECT holder FROM applies WHERE workspace = ?1 AND generation = ?2",
            (workspace, number(generation)),
            |row| row.get(0),
        )?;
        return Err(ApplyError::LeaseHeld {
            workspace: workspace.to_owned(),
            holder,
            generation,
            remaining: expires_at.remaining(now),
        });
    }
    transaction.execute(
        "UPDATE applies SET state = ?3, finished_at = ?4
         WHERE workspace = ?1 AND generation = ?2",
        (
            workspace,
            number(generation),
            apply::State::Abandoned as i32,
            expires_at.0,
        ),
    )?;
    Ok(())
}

/// A generation as the database holds it. It counts applies, so it never gets near
/// the sign.
pub(super) fn number(generation: Generation) -> i64 {
    i64::try_from(generation.0).unwrap_or(i64::MAX)
}

pub(super) fn generation(number: i64) -> Generation {
    Generation(u64::try_from(number).unwrap_or_default())
}

impl Store {
    /// Renews the lease of an apply. Answers when it ends now.
    pub(crate) fn renew(
        &self,
        workspace: &str,
        generation: Generation,
    ) -> Result<Moment, ApplyError> {
        let now = self.now();
        self.write(|transaction| renew(transaction, workspace, generation, now))
    }
}
