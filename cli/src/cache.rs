//! What was compiled before, in `.vimana/cache` of the repository.
//!
//! It is one SQLite database, which several processes may use at once and which
//! survives that any of them is killed. Nothing depends on it: where it cannot be
//! opened, read or written, the compiler does without, and one that is damaged is
//! set aside. Deleting the folder is always safe.

mod table;
#[cfg(test)]
mod tests;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use rusqlite::Connection;
use vimana_compiler::cache::{Cache, Entry, Key};
use vimana_compiler::source::{Remembered, Stamp, Time};

use crate::endpoint;

/// The folder within vimana's own.
const FOLDER: &str = "cache";

/// The database. Its number is that of the format, so that another version of
/// vimana has another one.
const DATABASE: &str = "units-1.db";

/// What is remembered about files besides what was compiled.
const REMEMBERED: &str = "files";

/// How long another process may hold the database before this one does without.
const PATIENCE: Duration = Duration::from_millis(500);

/// The cache of one repository.
pub(crate) struct DiskCache {
    folder: PathBuf,
    state: Mutex<State>,
}

struct State {
    /// None where the database is of no use.
    connection: Option<Connection>,
    /// Today, in days, for what was not used for long.
    today: i64,
}

impl DiskCache {
    /// The cache of the repository at `root`; none where there can be none.
    pub(crate) fn open(root: &Path) -> Option<Self> {
        let folder = make_folder(root).ok()?;
        let connection = match connect(&folder) {
            Ok(connection) => Some(connection),
            Err(error) if is_damage(&error) => {
                set_aside(&folder);
                connect(&folder).ok()
            }
            Err(_) => None,
        };
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let days = since.map_or(0, |since| since.as_secs() / (24 * 60 * 60));
        Some(Self {
            folder,
            state: Mutex::new(State {
                connection,
                today: i64::try_from(days).unwrap_or(0),
            }),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // What a panic leaves half done, SQLite takes back.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work`; none where that fails. A database that turns out to be
    /// damaged is set aside for the next run.
    fn with<T>(&self, work: impl FnOnce(&mut Connection, i64) -> rusqlite::Result<T>) -> Option<T> {
        let mut state = self.state();
        let today = state.today;
        let error = match work(state.connection.as_mut()?, today) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        if is_damage(&error) {
            state.connection = None;
            set_aside(&self.folder);
        }
        None
    }

    /// The time of the file system's clock, and what is remembered about files;
    /// none where the clock cannot be asked.
    pub(crate) fn remembered(&self) -> Option<(Remembered, Time)> {
        // Read before the clock is asked is read in the past: what changes from
        // here on has a later time.
        let known = self.with(|connection, _| table::state(connection, REMEMBERED));
        let known = known.flatten().and_then(|bytes| {
            let (sum, bytes) = bytes.split_at_checked(SUM)?;
            (checksum(bytes) == sum).then(|| Remembered::decode(bytes))?
        });
        let clock = self.folder.join("clock");
        fs::write(&clock, "for the time of this file\n").ok()?;
        let now = Stamp::of(&fs::metadata(&clock).ok()?)?.changed();
        Some((known.unwrap_or_default(), now))
    }

    /// Keeps what is known about files now.
    pub(crate) fn remember(&self, remembered: &Remembered) {
        let bytes = remembered.encode();
        let mut kept = checksum(&bytes).to_vec();
        kept.extend(bytes);
        self.with(|connection, _| table::set_state(connection, REMEMBERED, &kept));
    }

    /// Uses and keeps nothing from here on.
    pub(crate) fn distrust(&self) {
        self.state().connection = None;
    }

    /// Deletes what was not used for long, once a day.
    pub(crate) fn tidy(&self) {
        self.with(table::tidy);
    }
}

impl Cache for DiskCache {
    fn load(&self, keys: &[Key]) -> Vec<Vec<Vec<u8>>> {
        self.with(|connection, today| table::load(connection, keys, today))
            .unwrap_or_else(|| vec![Vec::new(); keys.len()])
    }

    fn store(&self, entries: Vec<Entry>) {
        self.with(|connection, today| table::store(connection, &entries, today));
    }
}

/// How many bytes of a SHA-256 tell damage.
const SUM: usize = 16;

fn checksum(bytes: &[u8]) -> [u8; SUM] {
    use sha2::Digest as _;

    let mut sum = [0; SUM];
    sum.copy_from_slice(&sha2::Sha256::digest(bytes)[..SUM]);
    sum
}

fn make_folder(root: &Path) -> io::Result<PathBuf> {
    let folder = endpoint::make_folder(root)?.join(FOLDER);
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn connect(folder: &Path) -> rusqlite::Result<Connection> {
    let mut connection = Connection::open(folder.join(DATABASE))?;
    connection.busy_timeout(PATIENCE)?;
    table::prepare(&mut connection)?;
    Ok(connection)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};

    // A table that is missing or has other columns is none of this format.
    let code = error.sqlite_error_code();
    matches!(code, Some(DatabaseCorrupt | NotADatabase))
        || matches!(
            error,
            rusqlite::Error::SqlInputError { .. } | rusqlite::Error::InvalidColumnType(..)
        )
}

/// Moves the database out of the way, for who wants to know how it was damaged.
/// A process that has it open goes on with what it has.
fn set_aside(folder: &Path) {
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.join(format!("{DATABASE}{suffix}")));
    }
    let database = folder.join(DATABASE);
    if fs::rename(&database, folder.join("damaged.db")).is_err() {
        let _ = fs::remove_file(&database);
    }
}
