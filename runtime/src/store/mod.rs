//! What the node knows durably: resources, the journal of applies, and components.
//!
//! One database file and one folder of components, in one state directory that one
//! process holds at a time. Everything here blocks; the control plane calls it
//! through [`Store::run`].

mod components;
mod error;
mod journal;
mod lease;
mod resources;
mod schema;
mod state_dir;
mod steps;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::clock::Clock;

pub(crate) use components::{ComponentError, ComponentFiles, MAX_COMPONENT_BYTES};
pub(crate) use error::ApplyError;
pub use error::StoreError;
pub(crate) use journal::Begin;
pub(crate) use resources::{Restored, service_of};
pub(crate) use state_dir::StateDir;
pub(crate) use steps::{Progress, StepKey};

/// The durable state of a node.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    components: ComponentFiles,
    clock: Arc<dyn Clock>,
    // Held for as long as the store is open.
    directory: StateDir,
}

impl Store {
    /// Opens the state directory `path`, which is made where it is missing.
    pub(crate) fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, StoreError> {
        let directory = StateDir::lock(path)?;
        let connection = schema::open(&directory.database())?;
        let components = ComponentFiles::open(directory.components())?;
        Ok(Self {
            connection: Mutex::new(connection),
            components,
            clock,
            directory,
        })
    }

    /// The components.
    pub(crate) const fn components(&self) -> &ComponentFiles {
        &self.components
    }

    /// The folder of artifacts that can be made again.
    pub(crate) fn artifacts(&self) -> PathBuf {
        self.directory.artifacts()
    }

    /// Runs `work` on a thread that may block. `work` runs to its end even where
    /// the caller stops waiting.
    pub(crate) async fn run<T, E, F>(self: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: FnOnce(&Self) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let store = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .map_err(|_| StoreError::Interrupted)?
    }

    fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock();
        let transaction = connection.transaction().map_err(StoreError::from)?;
        work(&transaction)
    }

    /// Runs `work` in one transaction, which is kept only where `work` succeeds.
    fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut connection = self.connection.lock();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(StoreError::from)?;
        let value = work(&transaction)?;
        transaction.commit().map_err(StoreError::from)?;
        Ok(value)
    }

    fn now(&self) -> Moment {
        Moment::from(self.clock.now())
    }
}

/// A wall time in milliseconds since 1970, as the database keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(i64);

impl Moment {
    /// The moment `duration` after this one.
    pub(crate) fn after(self, duration: Duration) -> Self {
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        Self(self.0.saturating_add(millis))
    }

    /// How long it is from `now` to this moment; zero where it has passed.
    pub(crate) fn remaining(self, now: Self) -> Duration {
        let millis = self.0.saturating_sub(now.0);
        Duration::from_millis(u64::try_from(millis).unwrap_or_default())
    }
}

impl From<SystemTime> for Moment {
    fn from(time: SystemTime) -> Self {
        let since = time
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        Self(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

impl From<Moment> for prost_types::Timestamp {
    fn from(moment: Moment) -> Self {
        Self {
            seconds: moment.0.div_euclid(1000),
            nanos: i32::try_from(moment.0.rem_euclid(1000) * 1_000_000)
                .expect("the remainder is below 1000, so the product is below 1e9"),
        }
    }
}
