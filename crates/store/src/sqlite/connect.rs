//! How database files are opened: durable, one connection that writes, the write-ahead log on.

use std::path::Path;
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use crate::records::StoreError;

/// How long a process waits for another one that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// How long to wait before trying again where SQLite does not wait by itself.
const AGAIN: Duration = Duration::from_millis(20);

/// How long a task waits for its turn within this process: an import of a large register comes before it.
const TURN: Duration = Duration::from_secs(60);

/// How a database file of ours is opened.
pub(super) fn connect_options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY)
}

/// On a full disk SQLite ends a transaction by itself, and the driver goes on counting it as open: such a connection could never
/// write again.
pub(super) fn pool() -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .acquire_timeout(TURN)
        .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
}

/// The one connection that writes. The write-ahead log stays switched on in the file once it is. Switching it on is the one
/// step for which SQLite does not wait when another process is making the same file.
pub(super) async fn open_writer(options: &SqliteConnectOptions) -> Result<SqlitePool, StoreError> {
    let started = Instant::now();
    loop {
        let options = options.clone().journal_mode(SqliteJournalMode::Wal);
        match pool().max_connections(1).connect_with(options).await.map_err(StoreError::from) {
            Err(StoreError::Busy(_)) if started.elapsed() < BUSY => tokio::time::sleep(AGAIN).await,
            other => return other,
        }
    }
}

/// Opens a small database of one connection, and does the steps to its tables that are missing.
pub(crate) async fn open_small(path: &Path, steps: &[&'static str]) -> Result<SqlitePool, StoreError> {
    let writer = open_writer(&connect_options(path)).await?;
    let mut tx = writer.begin_with("BEGIN IMMEDIATE").await?;
    let done: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let Some(missing) = usize::try_from(done).ok().and_then(|done| steps.get(done..)) else {
        return Err(StoreError::Unavailable(format!("its tables are of version {done}: use a newer program")));
    };
    for (step, number) in missing.iter().zip(done + 1..) {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {number}"))).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(writer)
}
