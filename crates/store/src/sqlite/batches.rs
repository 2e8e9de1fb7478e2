//! Batches: how far they are, pausing them, putting their files into the queue again. What is counted of them is counted by triggers
//! (`migrations/sqlite/0012_batches.sql`).

use jiff::Timestamp;
use sohoa_domain::{Change, DocumentId, Event, EventKind, FileState, Outcome};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::accept::{self, FILE};
use super::values::{micros, parsed, state, timestamp, unsigned};
use super::{SqliteRecords, decide, events, ledger};
use crate::records::{
    BatchFiles, BatchId, BatchMinute, BatchPage, BatchReason, BatchRow, Decision, FileId, FileRow, Ledger, PageLedger,
    Rerun, StoreError,
};

/// Columns of a [`BatchRow`], with a space behind.
const BATCH: &str = "SELECT id, kind, label, agency, opened_at, paused_at FROM batch ";

pub(super) async fn batch(db: &SqliteRecords, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
    let mut tx = db.read().await?;
    let mut query = QueryBuilder::new(BATCH);
    query.push("WHERE id = ").push_bind(id.0);
    match query.build().fetch_optional(&mut *tx).await? {
        Some(row) => Ok(Some(counted(&mut tx, &row).await?)),
        None => Ok(None),
    }
}

pub(super) async fn batches(db: &SqliteRecords, page: &BatchPage) -> Result<Vec<BatchRow>, StoreError> {
    let mut tx = db.read().await?;
    let mut query = QueryBuilder::new(BATCH);
    query.push("WHERE EXISTS (SELECT 1 FROM batch_files WHERE batch_files.batch = batch.id)");
    if !page.agency.is_empty() {
        query.push(" AND agency = ").push_bind(page.agency.clone());
    }
    if !page.kind.is_empty() {
        query.push(" AND kind = ").push_bind(page.kind.clone());
    }
    if page.paused {
        query.push(" AND paused_at IS NOT NULL");
    }
    if let Some(before) = page.before {
        query.push(" AND id < ").push_bind(before.0);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(page.most);
    let mut batches = Vec::new();
    for row in query.build().fetch_all(&mut *tx).await? {
        batches.push(counted(&mut tx, &row).await?);
    }
    Ok(batches)
}

async fn counted(conn: &mut SqliteConnection, row: &SqliteRow) -> Result<BatchRow, StoreError> {
    let id: i64 = row.try_get("id")?;
    let (mut files, mut pages) = (Ledger::default(), PageLedger::default());
    let counts = sqlx::query("SELECT state, sum(files) FROM batch_files WHERE batch = ?1 GROUP BY state").bind(id);
    for count in counts.fetch_all(&mut *conn).await? {
        ledger::count_file(&mut files, state(&count, "state", FileState::parse)?, unsigned(count.try_get(1)?)?);
    }
    for count in sqlx::query("SELECT state, pages FROM batch_pages WHERE batch = ?1").bind(id).fetch_all(conn).await? {
        ledger::count_page(&mut pages, count.try_get(0)?, unsigned(count.try_get(1)?)?)?;
    }
    Ok(BatchRow {
        id: BatchId(id),
        kind: row.try_get("kind")?,
        label: row.try_get("label")?,
        agency: row.try_get("agency")?,
        opened_at: timestamp(row.try_get("opened_at")?)?,
        paused_at: row.try_get::<Option<i64>, _>("paused_at")?.map(timestamp).transpose()?,
        files,
        pages,
    })
}

pub(super) async fn reasons(db: &SqliteRecords, batch: BatchId) -> Result<Vec<BatchReason>, StoreError> {
    let rows = sqlx::query(
        "SELECT state, code, files FROM batch_files WHERE batch = ?1 AND state IN ('review', 'rejected') \
         ORDER BY state DESC, files DESC, code",
    )
    .bind(batch.0)
    .fetch_all(&db.readers)
    .await?;
    let reason = |row: &SqliteRow| {
        Ok(BatchReason {
            state: state(row, "state", FileState::parse)?,
            code: row.try_get("code")?,
            files: unsigned(row.try_get("files")?)?,
        })
    };
    rows.iter().map(reason).collect()
}

pub(super) async fn minutes(db: &SqliteRecords, batch: BatchId, from: i64) -> Result<Vec<BatchMinute>, StoreError> {
    let rows =
        sqlx::query("SELECT minute, files, pages FROM batch_minutes WHERE batch = ?1 AND minute >= ?2 ORDER BY minute")
            .bind(batch.0)
            .bind(from)
            .fetch_all(&db.readers)
            .await?;
    let minute = |row: &SqliteRow| {
        Ok(BatchMinute {
            minute: row.try_get(0)?,
            files: unsigned(row.try_get(1)?)?,
            pages: unsigned(row.try_get(2)?)?,
        })
    };
    rows.iter().map(minute).collect()
}

pub(super) async fn in_work(db: &SqliteRecords, batch: BatchId) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM job JOIN file ON file.id = job.file WHERE job.state = 'leased' AND file.batch = ?1";
    unsigned(sqlx::query_scalar(sql).bind(batch.0).fetch_one(&db.readers).await?)
}

pub(super) async fn files(db: &SqliteRecords, wanted: &BatchFiles) -> Result<Vec<FileRow>, StoreError> {
    let mut query = QueryBuilder::new(FILE);
    query.push("WHERE batch = ").push_bind(wanted.batch.0);
    if let Some(state) = wanted.state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(code) = &wanted.code {
        query.push(" AND reason_code = ").push_bind(code.clone());
    }
    if let Some(after) = wanted.after {
        query.push(" AND id > ").push_bind(after.0);
    }
    query.push(" ORDER BY id LIMIT ").push_bind(wanted.most);
    query.build().fetch_all(&db.readers).await?.iter().map(accept::row).collect()
}

/// Documents that hang on dossiers of the batch's agency, each in the one stratum, in order of id.
pub(super) async fn population(db: &SqliteRecords, batch: BatchId) -> Result<Vec<(DocumentId, String)>, StoreError> {
    let rows = sqlx::query(
        "SELECT document.id AS id FROM file JOIN batch ON batch.id = file.batch \
         JOIN document ON document.source = file.id JOIN dossier ON dossier.code = document.dossier \
         WHERE file.batch = ?1 AND document.state = 'attached' AND batch.agency IN ('', dossier.agency) \
         ORDER BY document.id",
    )
    .bind(batch.0)
    .fetch_all(&db.readers)
    .await?;
    rows.iter().map(|row| Ok((parsed(row, "id")?, String::new()))).collect()
}

/// Pauses a batch, or lets it go on. One that is as asked for already stays, without an event.
pub(super) async fn pause(
    db: &SqliteRecords,
    batch: BatchId,
    paused: bool,
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let row = sqlx::query("SELECT kind, paused_at FROM batch WHERE id = ?1").bind(batch.0).fetch_optional(&mut *tx);
    let row = row.await?.ok_or_else(|| StoreError::Unknown(format!("batch {}", batch.0)))?;
    if row.try_get::<&str, _>("kind")? == "inbox" {
        return Err(StoreError::NeverPaused(batch));
    }
    if row.try_get::<Option<i64>, _>("paused_at")?.is_some() == paused {
        return Ok(());
    }
    record(&mut tx, batch.0, paused, now).await?;
    let event = Event {
        at: now,
        kind: if paused { EventKind::BatchPaused } else { EventKind::BatchResumed },
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: None,
        document: None,
        detail: format!("batch {}", batch.0),
        file: None,
        change: Some(Change::Paused { batch: batch.0, paused }),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the rows of a pause.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    batch: i64,
    paused: bool,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE batch SET paused_at = ?2 WHERE id = ?1")
        .bind(batch)
        .bind(paused.then(|| micros(at)))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "UPDATE job SET held = ?2 WHERE state <> 'done' \
         AND file IN (SELECT id FROM file WHERE batch = ?1 AND state = 'pending')",
    )
    .bind(batch)
    .bind(paused)
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes when a worker ended with a file: the time of the event that tells so.
pub(super) async fn ended(conn: &mut SqliteConnection, file: FileId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE file SET ended_at = ?2 WHERE id = ?1").bind(file.0).bind(micros(at)).execute(conn).await?;
    Ok(())
}

/// Whether an event tells that a worker ended with a file; persons only decide about it.
pub(super) fn is_end(kind: EventKind) -> bool {
    !matches!(kind, EventKind::Decided | EventKind::Undone)
}

/// Puts the files of a batch that are in this state, for this reason when one is named, into the queue again, at most so many.
pub(super) async fn rerun(
    db: &SqliteRecords,
    wanted: &BatchFiles,
    now: Timestamp,
    person: &str,
) -> Result<Rerun, StoreError> {
    let mut tx = db.write().await?;
    let before = events::last_number(&mut tx).await?;
    let files: Vec<i64> = sqlx::query_scalar(
        "SELECT id FROM file WHERE batch = ?1 AND state = ?2 AND (?3 IS NULL OR reason_code = ?3) AND digest IS NOT NULL \
         AND state IN ('review', 'rejected') ORDER BY id LIMIT ?4",
    )
    .bind(wanted.batch.0)
    .bind(wanted.state.map(FileState::as_str))
    .bind(&wanted.code)
    .bind(wanted.most)
    .fetch_all(&mut *tx)
    .await?;
    for file in &files {
        decide::carry_out(&mut tx, FileId(*file), None, &Decision::Retry, now, person).await?;
    }
    let last = events::last_number(&mut tx).await?;
    tx.commit().await?;
    Ok(Rerun { files: files.len() as u64, events: (before + 1, last) })
}

/// Takes back that files of a batch were put into the queue again by these events, except where something else was decided
/// since. Returns of how many files.
pub(super) async fn undo_rerun(
    db: &SqliteRecords,
    batch: BatchId,
    (first, last): (i64, i64),
    now: Timestamp,
    person: &str,
) -> Result<u64, StoreError> {
    let mut tx = db.write().await?;
    let decided: Vec<(i64, i64, String)> = sqlx::query_as(
        "SELECT event.id, file.id, event.event FROM event JOIN file ON file.id = event.file \
         WHERE event.id BETWEEN ?1 AND ?2 AND event.kind = 'decided' AND file.batch = ?3 ORDER BY event.id",
    )
    .bind(first)
    .bind(last)
    .bind(batch.0)
    .fetch_all(&mut *tx)
    .await?;
    let mut undone = 0;
    for (number, file, text) in decided {
        let event = events::read(&text)?;
        if !matches!(&event.change, Some(Change::Moved(to)) if to.state == FileState::Pending) {
            continue;
        }
        match decide::carry_out(&mut tx, FileId(file), Some(number), &Decision::Undo, now, person).await {
            Ok(_) => undone += 1,
            Err(StoreError::Changed(_)) => {}
            Err(error) => return Err(error),
        }
    }
    tx.commit().await?;
    Ok(undone)
}

/// What has to be the same as what is counted: table, columns, the count.
const COUNTS: [(&str, &str); 3] = [
    ("batch_files", "SELECT batch, state, coalesce(reason_code, ''), count(*) FROM file GROUP BY 1, 2, 3"),
    ("batch_pages", "SELECT file.batch, page.state, count(*) FROM page JOIN file ON file.id = page.file GROUP BY 1, 2"),
    (
        "batch_minutes",
        "SELECT batch, ended_at / 60000000, count(*), sum((SELECT count(*) FROM page WHERE page.file = file.id)) \
         FROM file WHERE ended_at IS NOT NULL GROUP BY 1, 2",
    ),
];

/// A sentence for each batch of which something is counted wrongly.
pub(super) async fn check(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    for (table, counted) in COUNTS {
        let sql = format!(
            "SELECT DISTINCT batch FROM (SELECT * FROM (SELECT * FROM {table} EXCEPT {counted}) \
             UNION ALL SELECT * FROM ({counted} EXCEPT SELECT * FROM {table})) ORDER BY batch"
        );
        let batches: Vec<i64> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
        problems.extend(batches.iter().map(|batch| format!("batch {batch}: its count in {table} is wrong")));
    }
    Ok(problems)
}
