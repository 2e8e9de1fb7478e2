//! Brings the tables up to date. The number of steps already done is kept in `user_version`.

use sohoa_domain::Change;
use sohoa_domain::text::fold;
use sqlx::{SqliteConnection, SqlitePool};

use super::{batches, events, facts};
use crate::records::{FileId, StoreError};

/// All steps in order. A step that was released is never edited; a change is a new step.
const STEPS: [&str; 17] = [
    include_str!("../../migrations/sqlite/0001_records.sql"),
    include_str!("../../migrations/sqlite/0002_leased.sql"),
    include_str!("../../migrations/sqlite/0003_event_log.sql"),
    include_str!("../../migrations/sqlite/0004_excused.sql"),
    include_str!("../../migrations/sqlite/0005_stacks.sql"),
    include_str!("../../migrations/sqlite/0006_reuse.sql"),
    include_str!("../../migrations/sqlite/0007_coverage.sql"),
    include_str!("../../migrations/sqlite/0008_catalogue.sql"),
    include_str!("../../migrations/sqlite/0009_audit.sql"),
    include_str!("../../migrations/sqlite/0010_fields.sql"),
    include_str!("../../migrations/sqlite/0011_counter.sql"),
    include_str!("../../migrations/sqlite/0012_batches.sql"),
    include_str!("../../migrations/sqlite/0013_fixity.sql"),
    include_str!("../../migrations/sqlite/0014_search.sql"),
    include_str!("../../migrations/sqlite/0015_period.sql"),
    include_str!("../../migrations/sqlite/0016_coverage_sum.sql"),
    include_str!("../../migrations/sqlite/0017_one_column.sql"),
];

/// The step that brought the folded names of applicants.
const APPLICANT_KEY: usize = 5;
/// The step that brought the times at which workers ended with files.
const ENDED: usize = 12;
/// The step that changed the index of the search last, after that of the facts of coverage: both are computed together.
const SEARCH: usize = 17;
/// Events that are read together.
const STRETCH: i64 = 10_000;

/// Folds the names of applicants, which SQL cannot.
async fn fold_applicants(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let named: Vec<(String, String)> =
        sqlx::query_as("SELECT code, applicant FROM dossier WHERE applicant <> ''").fetch_all(&mut *conn).await?;
    for (code, applicant) in named {
        sqlx::query("UPDATE dossier SET applicant_key = ?2 WHERE code = ?1")
            .bind(code)
            .bind(fold(&applicant))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Writes when workers ended with files, as the events tell.
async fn tell_ends(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut last = 0;
    loop {
        let events: Vec<(i64, i64, String)> =
            sqlx::query_as("SELECT id, file, event FROM event WHERE file IS NOT NULL AND id > ?1 ORDER BY id LIMIT ?2")
                .bind(last)
                .bind(STRETCH)
                .fetch_all(&mut *conn)
                .await?;
        if events.is_empty() {
            return Ok(());
        }
        for (number, file, text) in events {
            last = number;
            let event = events::read(&text)?;
            if matches!(event.change, Some(Change::Moved(_))) && batches::is_end(event.kind) {
                batches::ended(conn, FileId(file), event.at).await?;
            }
        }
    }
}

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
    if done < APPLICANT_KEY {
        fold_applicants(&mut tx).await?;
    }
    if done < SEARCH {
        facts::refresh_all(&mut tx).await?;
    }
    if done < ENDED {
        tell_ends(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::sqlite::SqliteConnectOptions;

    /// The step that brought the facts of coverage.
    const COVERAGE: usize = 7;

    /// A database as a program of before left it, at the step of this number.
    async fn old(folder: &tempfile::TempDir, steps: usize) -> SqlitePool {
        let options = SqliteConnectOptions::new().filename(folder.path().join("old.db")).create_if_missing(true);
        let pool = SqlitePool::connect_with(options).await.unwrap();
        for step in &STEPS[..steps] {
            sqlx::raw_sql(*step).execute(&pool).await.unwrap();
        }
        sqlx::raw_sql(sqlx::AssertSqlSafe(format!("PRAGMA user_version = {steps}"))).execute(&pool).await.unwrap();
        pool
    }

    /// A document on each of these dossiers, all of one file.
    async fn attach(pool: &SqlitePool, dossiers: &[&str]) {
        sqlx::raw_sql(
            "INSERT INTO batch (kind, label, opened_at, day) VALUES ('ingest', '', 0, ''); \
             INSERT INTO file (batch, origin, relative, name_key, inode, modified_ns, digest, bytes, state, accepted_at) \
             SELECT 1, '', '', '', 1, 1, printf('%064d', 1), 1, 'attached', 7",
        )
        .execute(pool)
        .await
        .unwrap();
        for (dossier, number) in dossiers.iter().zip(1_i64..) {
            sqlx::query("INSERT INTO ordinal VALUES (?1, printf('%024d', ?2), 1)")
                .bind(*dossier)
                .bind(number)
                .execute(pool)
                .await
                .unwrap();
        }
        sqlx::raw_sql(
            "INSERT INTO document (id, dossier, component, state, ordinal, result_code, source, source_digest, part, version, \
                                   evidence, recorded_at) \
             SELECT document, dossier, 'TP1', 'attached', 1, '', 1, printf('%064d', 1), 0, 1, '{}', 0 FROM ordinal",
        )
        .execute(pool)
        .await
        .unwrap();
    }

    #[tokio::test]
    async fn an_older_database_gets_the_facts_of_coverage() {
        let folder = tempfile::tempdir().unwrap();
        let pool = old(&folder, COVERAGE - 1).await;
        attach(&pool, &["H41-230615-0001", "H41-230615-0009"]).await;
        sqlx::raw_sql(
            "INSERT INTO dossier (code, agency, counter, applicant) VALUES ('H41-230615-0001', '', '', ''); \
             INSERT INTO component (dossier, id, position, name, kind, required) \
             VALUES ('H41-230615-0001', 'TP1', 1, '', 'component', 1), ('H41-230615-0001', 'TP2', 2, '', 'component', 1)",
        )
        .execute(&pool)
        .await
        .unwrap();
        run(&pool).await.unwrap();
        let facts: Vec<(String, i64, i64, i64)> =
            sqlx::query_as("SELECT dossier, due, there, digitized FROM coverage").fetch_all(&pool).await.unwrap();
        assert_eq!(facts, [("H41-230615-0001".to_owned(), 2, 1, 1)]);
        let orphans: Vec<(String, i64, i64)> = sqlx::query_as("SELECT * FROM orphan").fetch_all(&pool).await.unwrap();
        assert_eq!(orphans, [("H41-230615-0009".to_owned(), 1, 7)]);
    }

    #[tokio::test]
    async fn texts_of_an_older_database_are_indexed_anew() {
        let folder = tempfile::tempdir().unwrap();
        let pool = old(&folder, SEARCH - 1).await;
        attach(&pool, &["H41-230615-0001"]).await;
        sqlx::raw_sql(
            "INSERT INTO document_text (document, text, scope) VALUES (1, 'Được cấp', 'unassigned unregistered'); \
             INSERT INTO fulltext (rowid, scope, exact, folded) VALUES (1, 'unassigned unregistered', 'được cấp', 'duoc cap')",
        )
        .execute(&pool)
        .await
        .unwrap();
        run(&pool).await.unwrap();
        for wanted in [r#""@r13x0" AND "=được =cấp""#, r#""@unregistered" AND "duoc cap""#] {
            let sql = "SELECT rowid FROM fulltext WHERE fulltext MATCH ?1";
            let found: Vec<i64> = sqlx::query_scalar(sql).bind(wanted).fetch_all(&pool).await.unwrap();
            assert_eq!(found, [1], "{wanted}");
        }
    }

    #[tokio::test]
    async fn batches_of_an_older_database_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let pool = old(&folder, ENDED - 1).await;
        let ended = r#"{"at":"1970-01-01T00:01:30Z","kind":"sent_to_review","outcome":"success","agent":"x","source":null,
            "dossier":null,"document":null,"detail":"","file":1,"change":{"moved":{"state":"review","code":"x"}}}"#;
        sqlx::raw_sql(
            "INSERT INTO batch (kind, label, opened_at, day) VALUES ('ingest', '', 0, ''); \
             INSERT INTO file (batch, origin, relative, name_key, inode, modified_ns, digest, bytes, state, reason_code, accepted_at) \
             VALUES (1, '', '', '', 1, 1, printf('%064d', 1), 1, 'review', 'x', 7); \
             INSERT INTO page (file, number, state) VALUES (1, 1, 'kept'), (1, 2, 'blank')",
        )
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query("INSERT INTO event (event, chain) VALUES (?1, printf('%064d', 1))")
            .bind(ended)
            .execute(&pool)
            .await
            .unwrap();
        run(&pool).await.unwrap();
        let files: Vec<(i64, String, String, i64)> =
            sqlx::query_as("SELECT * FROM batch_files").fetch_all(&pool).await.unwrap();
        assert_eq!(files, [(1, "review".to_owned(), "x".to_owned(), 1)]);
        let pages: Vec<(i64, String, i64)> =
            sqlx::query_as("SELECT * FROM batch_pages").fetch_all(&pool).await.unwrap();
        assert_eq!(pages, [(1, "blank".to_owned(), 1), (1, "kept".to_owned(), 1)]);
        let minutes: Vec<(i64, i64, i64, i64)> =
            sqlx::query_as("SELECT * FROM batch_minutes").fetch_all(&pool).await.unwrap();
        assert_eq!(minutes, [(1, 1, 1, 2)]);
    }

    #[tokio::test]
    async fn applicants_of_an_older_database_are_found_by_their_folded_names() {
        let folder = tempfile::tempdir().unwrap();
        let pool = old(&folder, APPLICANT_KEY - 1).await;
        sqlx::raw_sql("INSERT INTO dossier (code, agency, counter, applicant) VALUES ('H41-230615-0001', '', '', 'Chử Đồng Nghĩnh')")
            .execute(&pool)
            .await
            .unwrap();
        run(&pool).await.unwrap();
        let key: String = sqlx::query_scalar("SELECT applicant_key FROM dossier").fetch_one(&pool).await.unwrap();
        assert_eq!(key, "chu dong nghinh");
    }
}
