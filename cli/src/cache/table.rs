//! The tables of the cache.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use vimana_compiler::cache::{Entry, Key};

/// How many entries one key keeps: the states that a folder was last in.
const VARIANTS: i64 = 8;

/// For how many days an entry is kept that nobody uses.
const DAYS: i64 = 14;

/// How many bytes the database may have in use.
const MAX_BYTES: i64 = 1 << 30;

/// When the cache was last tidied.
const TIDIED: &str = "tidied";

/// Makes the tables, where they are not there.
pub(super) fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    // The page size counts only where the database is new. Entries have a few
    // pages each; larger pages would be mostly empty.
    connection.pragma_update(None, "page_size", 8192)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // What the last moments before a crash of the system kept is worth no wait.
    connection.pragma_update(None, "synchronous", "off")?;
    let found: Option<i64> = connection
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name IN ('entry', 'entry_key', 'state')",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if found == Some(3) {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS entry (
             id INTEGER PRIMARY KEY,
             key BLOB NOT NULL,
             variant BLOB NOT NULL,
             used INTEGER NOT NULL,
             bytes BLOB NOT NULL
         );
         CREATE UNIQUE INDEX IF NOT EXISTS entry_key ON entry (key, variant);
         CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);",
    )?;
    transaction.commit()
}

/// What is kept under each key, the newest first.
pub(super) fn load(
    connection: &mut Connection,
    keys: &[Key],
    today: i64,
) -> rusqlite::Result<Vec<Vec<Vec<u8>>>> {
    let mut stale = Vec::new();
    let mut found = Vec::with_capacity(keys.len());
    {
        let transaction = connection.transaction()?;
        let mut select = transaction
            .prepare_cached("SELECT id, used, bytes FROM entry WHERE key = ?1 ORDER BY id DESC")?;
        for key in keys {
            let mut rows = select.query([key.as_bytes()])?;
            let mut variants = Vec::new();
            while let Some(row) = rows.next()? {
                if row.get::<_, i64>(1)? != today {
                    stale.push(row.get::<_, i64>(0)?);
                }
                variants.push(row.get(2)?);
            }
            found.push(variants);
        }
    }
    if !stale.is_empty() {
        // That they were used today is worth no failure.
        let _ = touch(connection, &stale, today);
    }
    Ok(found)
}

fn touch(connection: &mut Connection, ids: &[i64], today: i64) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut update = transaction.prepare_cached("UPDATE entry SET used = ?2 WHERE id = ?1")?;
        for id in ids {
            update.execute([*id, today])?;
        }
    }
    transaction.commit()
}

pub(super) fn store(
    connection: &mut Connection,
    entries: &[Entry],
    today: i64,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    {
        let mut insert = transaction.prepare_cached(
            "INSERT OR REPLACE INTO entry (key, variant, used, bytes) VALUES (?1, ?2, ?3, ?4)",
        )?;
        let mut forget = transaction.prepare_cached(
            "DELETE FROM entry WHERE id IN
             (SELECT id FROM entry WHERE key = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)",
        )?;
        for entry in entries {
            insert.execute(params![
                entry.key.as_bytes(),
                entry.variant,
                today,
                entry.bytes
            ])?;
            forget.execute(params![entry.key.as_bytes(), VARIANTS])?;
        }
    }
    transaction.commit()
}

pub(super) fn state(connection: &mut Connection, name: &str) -> rusqlite::Result<Option<Vec<u8>>> {
    connection
        .prepare_cached("SELECT bytes FROM state WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

pub(super) fn set_state(connection: &Connection, name: &str, bytes: &[u8]) -> rusqlite::Result<()> {
    connection
        .execute(
            "INSERT OR REPLACE INTO state (name, bytes) VALUES (?1, ?2)",
            params![name, bytes],
        )
        .map(drop)
}

/// Deletes what was not used for long, or for the longest where there is too much.
pub(super) fn tidy(connection: &mut Connection, today: i64) -> rusqlite::Result<()> {
    let tidied = state(connection, TIDIED)?;
    if tidied.as_deref() == Some(&today.to_le_bytes()[..]) {
        return Ok(());
    }
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let pages = pragma("page_count")? - pragma("freelist_count")?;
    let is_too_much = pages.saturating_mul(pragma("page_size")?) > MAX_BYTES;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("DELETE FROM entry WHERE used < ?1", [today - DAYS])?;
    if is_too_much {
        transaction.execute(
            "DELETE FROM entry WHERE id IN
             (SELECT id FROM entry ORDER BY used, id LIMIT (SELECT count(*) / 2 FROM entry))",
            [],
        )?;
    }
    set_state(&transaction, TIDIED, &today.to_le_bytes())?;
    transaction.commit()
}
