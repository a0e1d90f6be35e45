use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};

use super::StoreError;

/// `vima`, so that `file state.db` and other programs know whose file it is.
const APPLICATION_ID: i64 = 0x7669_6d61;

/// How long to wait for a person who reads the file with `sqlite3`.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The steps from each schema to the next; the first makes schema 1. A released
/// one is never edited.
const MIGRATIONS: &[&str] = &[SCHEMA_1];

/// Enumerations are stored as the numbers of `vimana.control.v1`, times as
/// milliseconds since 1970.
const SCHEMA_1: &str = "
CREATE TABLE workspaces (
    name TEXT NOT NULL PRIMARY KEY,
    generation INTEGER NOT NULL,
    -- The lease of the apply that runs; both are NULL where none does.
    lease_millis INTEGER,
    lease_expires_at INTEGER
) STRICT, WITHOUT ROWID;

-- Encoded `vimana.state.v1.Spec`s by content. A version keeps the interface that
-- it implements here, also after the interface's resource has changed.
CREATE TABLE specs (
    digest TEXT NOT NULL PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE resources (
    workspace TEXT NOT NULL REFERENCES workspaces (name),
    address TEXT NOT NULL,
    digest TEXT NOT NULL REFERENCES specs (digest),
    -- An encoded `vimana.state.v1.Origin`.
    origin BLOB,
    generation INTEGER NOT NULL,
    -- The service that the resource is a part of.
    service TEXT,
    -- The interface that a version implements.
    interface_digest TEXT REFERENCES specs (digest),
    PRIMARY KEY (workspace, address)
) STRICT, WITHOUT ROWID;
CREATE INDEX resources_by_service ON resources (service);
CREATE INDEX resources_by_digest ON resources (digest);
CREATE INDEX resources_by_interface ON resources (interface_digest);

CREATE TABLE dependencies (
    workspace TEXT NOT NULL,
    address TEXT NOT NULL,
    dependency TEXT NOT NULL,
    PRIMARY KEY (workspace, address, dependency),
    FOREIGN KEY (workspace, address) REFERENCES resources (workspace, address) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX dependencies_by_dependency ON dependencies (workspace, dependency);

CREATE TABLE applies (
    workspace TEXT NOT NULL REFERENCES workspaces (name),
    generation INTEGER NOT NULL,
    holder TEXT NOT NULL,
    commit_id TEXT NOT NULL,
    state INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    finished_at INTEGER,
    PRIMARY KEY (workspace, generation)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
    workspace TEXT NOT NULL,
    generation INTEGER NOT NULL,
    step INTEGER NOT NULL,
    action INTEGER NOT NULL,
    address TEXT NOT NULL,
    digest TEXT NOT NULL,
    reason TEXT NOT NULL,
    state INTEGER NOT NULL,
    error TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (workspace, generation, step),
    FOREIGN KEY (workspace, generation) REFERENCES applies (workspace, generation) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
";

/// Opens the database and brings its schema up to date.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    check_owner(&connection, path)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

fn check_owner(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let foreign = || StoreError::Foreign {
        path: path.to_owned(),
    };
    let application: i64 = connection
        .pragma_query_value(None, "application_id", |row| row.get(0))
        .map_err(|error| match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => foreign(),
            _ => error.into(),
        })?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let is_new = application == 0 && tables == 0;
    if is_new || application == APPLICATION_ID {
        return Ok(());
    }
    Err(foreign())
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).expect("migrations are few");
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    for (version, migration) in (1..).zip(MIGRATIONS) {
        if version <= found {
            continue;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newer_schema_is_refused_with_both_numbers() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.db");
        open(&path)
            .unwrap()
            .pragma_update(None, "user_version", 99)
            .unwrap();
        let error = open(&path).unwrap_err().to_string();
        assert!(error.contains("has schema 99"), "{error}");
        assert!(error.contains("up to 1"), "{error}");
    }

    #[test]
    fn another_programs_database_and_another_file_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE photos (id INTEGER)")
            .unwrap();
        assert!(matches!(open(&path), Err(StoreError::Foreign { .. })));

        std::fs::write(
            &path,
            "no database at all, but long enough to be read".repeat(30),
        )
        .unwrap();
        assert!(matches!(open(&path), Err(StoreError::Foreign { .. })));
    }

    #[test]
    fn every_commit_is_synced() {
        let directory = tempfile::tempdir().unwrap();
        let connection = open(&directory.path().join("state.db")).unwrap();
        let pragma = |name: &str| -> String {
            connection
                .pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|value| format!("{value:?}"))
                .unwrap()
        };
        assert_eq!(pragma("journal_mode"), "Text(\"wal\")");
        assert_eq!(pragma("synchronous"), "Integer(2)");
        assert_eq!(pragma("foreign_keys"), "Integer(1)");
    }
}
