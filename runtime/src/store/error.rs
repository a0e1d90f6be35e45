use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vimana_proto::Generation;

/// Why the store could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another node holds the state directory.
    #[error(
        "the state directory `{}` is in use by another node; stop it, or choose another with `--state`",
        path.display()
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// A newer vimana wrote the database.
    #[error(
        "`{}` has schema {found}, but this vimana knows schemas up to {known}; run the newer vimana, or choose another state directory with `--state`",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The newest schema that is known.
        known: i64,
    },
    /// The database is none of vimana.
    #[error(
        "`{}` is a database of another program; choose another state directory with `--state`",
        path.display()
    )]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// The database holds what vimana never writes.
    #[error("the state is damaged: {what}")]
    Damaged {
        /// What was found.
        what: String,
    },
    /// A file or folder could not be used.
    #[error("cannot use `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The database failed.
    #[error("the database failed")]
    Sqlite(#[from] rusqlite::Error),
    /// The node stops.
    #[error("the node is stopping")]
    Interrupted,
}

impl StoreError {
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }
}

/// Why a call of an apply was refused. The text goes to whoever applies.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApplyError {
    #[error(
        "the plan was made from generation {parent} of workspace `{workspace}`, which is now at {current}; plan again"
    )]
    StaleParent {
        workspace: String,
        parent: Generation,
        current: Generation,
    },
    #[error(
        "workspace `{workspace}` is being applied by `{holder}` (generation {generation}); the lease ends in {} s unless it is renewed",
        remaining.as_secs_f64().ceil()
    )]
    LeaseHeld {
        workspace: String,
        holder: String,
        generation: Generation,
        remaining: Duration,
    },
    #[error(
        "generation {generation} of workspace `{workspace}` has passed; the current one is {current}"
    )]
    StaleGeneration {
        workspace: String,
        generation: Generation,
        current: Generation,
    },
    #[error("the apply of generation {generation} of workspace `{workspace}` has ended")]
    Ended {
        workspace: String,
        generation: Generation,
    },
    #[error("workspace `{workspace}` has no apply of generation {generation}")]
    NoSuchApply {
        workspace: String,
        generation: Generation,
    },
    #[error("step {step} is not in the plan, which has {count} steps")]
    NoSuchStep { step: u32, count: u32 },
    #[error("step {step} was announced as `{announced}`, but carries `{carried}`")]
    OtherStep {
        step: u32,
        announced: String,
        carried: String,
    },
    #[error("`{address}` needs `{dependency}`, which workspace `{workspace}` does not have")]
    MissingDependency {
        workspace: String,
        address: String,
        dependency: String,
    },
    #[error(
        "version `{version}` implements the interface {expected}, but the node has {found} there; apply the interface first"
    )]
    OtherInterface {
        version: String,
        expected: String,
        found: String,
    },
    #[error("`{address}` cannot be deleted: `{needed_by}` needs it")]
    StillNeeded { address: String, needed_by: String },
    #[error("`{address}` belongs to workspace `{owner}`")]
    OwnedByOther { address: String, owner: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for ApplyError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(error.into())
    }
}
