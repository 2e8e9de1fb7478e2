//! Brings the tables up to date. The number of steps already done is kept in `user_version`.

use sqlx::SqlitePool;

use crate::records::StoreError;

/// All steps in order. A step that was released is never edited; a change is a new step.
const STEPS: [&str; 5] = [
    include_str!("../../migrations/sqlite/0001_records.sql"),
    include_str!("../../migrations/sqlite/0002_leased.sql"),
    include_str!("../../migrations/sqlite/0003_event_log.sql"),
    include_str!("../../migrations/sqlite/0004_excused.sql"),
    include_str!("../../migrations/sqlite/0005_stacks.sql"),
];

/// Does the missing steps, all or nothing. The write lock is taken before the version is read, so that of several
/// processes that start at once only one does them. When none is missing no lock is asked for: whoever only reads is
/// not held up by another process that writes.
pub(super) async fn run(pool: &SqlitePool) -> Result<(), StoreError> {
    let done: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(pool).await?;
    if usize::try_from(done) == Ok(STEPS.len()) {
        return Ok(());
    }
    let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
    let done: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *tx).await?;
    let done = usize::try_from(done).unwrap_or(usize::MAX);
    let Some(missing) = STEPS.get(done..) else {
        return Err(StoreError::Unavailable(format!(
            "its tables are of version {done}, this program knows only {}: use a newer program",
            STEPS.len()
        )));
    };
    for (step, number) in missing.iter().zip(done + 1..) {
        sqlx::raw_sql(*step).execute(&mut *tx).await?;
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {number}"))).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
