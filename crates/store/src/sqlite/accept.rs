//! Batches and source files: what came in and where it stands.

use jiff::Timestamp;
use sohoa_domain::text::fold;
use sohoa_domain::{Arrival, Change, Event, EventKind, FileState, Outcome, local_day};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{json, micros, parsed_opt, signed, state, timestamp, unsigned};
use super::{events, jobs, sessions};
use crate::records::{Accepted, BatchId, FileId, FileRow, NewFile, NewRefusal, StoreError};

/// Columns of a [`FileRow`], with a space behind.
pub(super) const FILE: &str = "SELECT id, batch, origin, relative, digest, bytes, dossier, state, reason_code, reason, \
                               duplicate_of, accepted_at, released, decided, component, layout, parts, session FROM file ";

/// The last part of a relative path.
pub(super) fn name_of(relative: &str) -> &str {
    relative.rsplit('/').next().unwrap_or(relative)
}

pub(super) async fn open_batch(
    db: &SqliteRecords,
    kind: &str,
    label: &str,
    agency: &str,
    now: Timestamp,
) -> Result<BatchId, StoreError> {
    let day = local_day(now).to_string();
    let mut tx = db.write().await?;
    if kind == "inbox" {
        let standing: Option<i64> =
            sqlx::query_scalar("SELECT id FROM batch WHERE kind = 'inbox' AND label = ?1 AND day = ?2")
                .bind(label)
                .bind(&day)
                .fetch_optional(&mut *tx)
                .await?;
        if let Some(id) = standing {
            return Ok(BatchId(id));
        }
    }
    let id = sqlx::query_scalar(
        "INSERT INTO batch (kind, label, agency, opened_at, day) VALUES (?1, ?2, ?3, ?4, ?5) RETURNING id",
    )
    .bind(kind)
    .bind(label)
    .bind(agency)
    .bind(micros(now))
    .bind(day)
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(BatchId(id))
}

pub(super) async fn accept(
    db: &SqliteRecords,
    file: &NewFile,
    now: Timestamp,
    agent: &str,
) -> Result<Accepted, StoreError> {
    let mut tx = db.write().await?;
    let standing: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM file WHERE origin = ?1 AND inode = ?2 AND modified_ns = ?3 AND digest = ?4 AND released = 0",
    )
    .bind(&file.origin)
    .bind(file.inode.cast_signed())
    .bind(file.modified_ns)
    .bind(file.digest.to_string())
    .fetch_optional(&mut *tx)
    .await?;
    if let Some(id) = standing {
        return Ok(Accepted::Known(FileId(id)));
    }
    let written = timestamp(file.modified_ns.div_euclid(1000)).ok();
    let session = match (&file.desk, written) {
        // A copy that keeps the time of its last change begins later than it was written.
        (Some((desk, begun)), Some(written)) => {
            sessions::during(&mut tx, desk, written.min(*begun), written.max(*begun)).await?
        }
        _ => None,
    };
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO file (batch, origin, relative, name_key, inode, modified_ns, digest, bytes, dossier, state, \
         accepted_at, session) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 'pending', ?10, ?11) RETURNING id",
    )
    .bind(file.batch.0)
    .bind(&file.origin)
    .bind(&file.relative)
    .bind(fold(name_of(&file.relative)))
    .bind(file.inode.cast_signed())
    .bind(file.modified_ns)
    .bind(file.digest.to_string())
    .bind(signed(file.bytes)?)
    .bind(file.dossier.as_ref().map(|d| d.as_str()))
    .bind(micros(now))
    .bind(session.as_ref().map(|d| d.as_str()))
    .fetch_one(&mut *tx)
    .await?;
    jobs::enqueue(&mut tx, FileId(id)).await?;
    let (batch, agency) = batch(&mut tx, file.batch).await?;
    let arrival = Arrival {
        origin: file.origin.clone(),
        relative: file.relative.clone(),
        inode: Some(file.inode),
        modified_ns: Some(file.modified_ns),
        bytes: file.bytes,
        batch,
        agency,
        refused: None,
        session,
    };
    let event = Event {
        at: now,
        kind: EventKind::Accepted,
        outcome: Outcome::Success,
        agent: agent.to_owned(),
        source: Some(file.digest),
        dossier: file.dossier.clone(),
        document: None,
        detail: format!("{} bytes", file.bytes),
        file: Some(id),
        change: Some(Change::Seen(arrival)),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(Accepted::New(FileId(id)))
}

pub(super) async fn standing(
    db: &SqliteRecords,
    origin: &str,
    inode: u64,
    modified_ns: i64,
    bytes: u64,
) -> Result<Option<FileId>, StoreError> {
    let id: Option<i64> = sqlx::query_scalar(
        "SELECT id FROM file WHERE origin = ?1 AND inode = ?2 AND modified_ns = ?3 AND bytes = ?4 \
         AND digest IS NOT NULL AND released = 0",
    )
    .bind(origin)
    .bind(inode.cast_signed())
    .bind(modified_ns)
    .bind(signed(bytes)?)
    .fetch_optional(&db.readers)
    .await?;
    Ok(id.map(FileId))
}

pub(super) async fn refuse(
    db: &SqliteRecords,
    refusal: &NewRefusal,
    now: Timestamp,
    agent: &str,
) -> Result<FileId, StoreError> {
    let mut tx = db.write().await?;
    let standing: Option<i64> =
        sqlx::query_scalar("SELECT id FROM file WHERE origin = ?1 AND reason_code = ?2 AND digest IS NULL")
            .bind(&refusal.origin)
            .bind(&refusal.code)
            .fetch_optional(&mut *tx)
            .await?;
    if let Some(id) = standing {
        return Ok(FileId(id));
    }
    let id: i64 = sqlx::query_scalar(
        "INSERT INTO file (batch, origin, relative, name_key, bytes, state, reason_code, reason, accepted_at) \
         VALUES (?1, ?2, ?3, ?4, 0, 'rejected', ?5, ?6, ?7) RETURNING id",
    )
    .bind(refusal.batch.0)
    .bind(&refusal.origin)
    .bind(&refusal.relative)
    .bind(fold(name_of(&refusal.relative)))
    .bind(&refusal.code)
    .bind(&refusal.detail)
    .bind(micros(now))
    .fetch_one(&mut *tx)
    .await?;
    let (batch, agency) = batch(&mut tx, refusal.batch).await?;
    let arrival = Arrival {
        origin: refusal.origin.clone(),
        relative: refusal.relative.clone(),
        inode: None,
        modified_ns: None,
        bytes: 0,
        batch,
        agency,
        refused: Some((refusal.code.clone(), refusal.detail.clone())),
        session: None,
    };
    let event = Event {
        at: now,
        kind: EventKind::Rejected,
        outcome: Outcome::Failure,
        agent: agent.to_owned(),
        source: None,
        dossier: None,
        document: None,
        detail: refusal.code.clone(),
        file: Some(id),
        change: Some(Change::Seen(arrival)),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(FileId(id))
}

/// A batch as events name it: number, kind, label. And its agency.
async fn batch(conn: &mut SqliteConnection, id: BatchId) -> Result<((i64, String, String), String), StoreError> {
    let row = sqlx::query("SELECT kind, label, agency FROM batch WHERE id = ?1").bind(id.0).fetch_one(conn).await?;
    Ok(((id.0, row.try_get(0)?, row.try_get(1)?), row.try_get(2)?))
}

pub(super) async fn mark_released(db: &SqliteRecords, file: FileId) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let done = sqlx::query("UPDATE file SET released = 1 WHERE id = ?1").bind(file.0).execute(&mut *tx).await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::Other(format!("there is no file {}", file.0)));
    }
    tx.commit().await?;
    Ok(())
}

pub(super) async fn file(db: &SqliteRecords, id: FileId) -> Result<Option<FileRow>, StoreError> {
    by_id(&mut *db.readers.acquire().await?, id).await
}

/// One file, seen from within a transaction.
pub(super) async fn by_id(conn: &mut SqliteConnection, id: FileId) -> Result<Option<FileRow>, StoreError> {
    let mut query = QueryBuilder::new(FILE);
    query.push("WHERE id = ").push_bind(id.0);
    query.build().fetch_optional(conn).await?.as_ref().map(row).transpose()
}

pub(super) async fn files(
    db: &SqliteRecords,
    batch: Option<BatchId>,
    state: Option<FileState>,
) -> Result<Vec<FileRow>, StoreError> {
    let mut query = QueryBuilder::new(FILE);
    query.push("WHERE true");
    if let Some(batch) = batch {
        query.push(" AND batch = ").push_bind(batch.0);
    }
    if let Some(state) = state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    query.push(" ORDER BY id").build().fetch_all(&db.readers).await?.iter().map(row).collect()
}

pub(super) async fn pending(db: &SqliteRecords, batch: Option<BatchId>) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM file WHERE state = 'pending'");
    if let Some(batch) = batch {
        query.push(" AND batch = ").push_bind(batch.0);
    }
    unsigned(query.build_query_scalar().fetch_one(&db.readers).await?)
}

/// A row of [`FILE`].
pub(super) fn row(row: &SqliteRow) -> Result<FileRow, StoreError> {
    Ok(FileRow {
        id: FileId(row.try_get("id")?),
        batch: BatchId(row.try_get("batch")?),
        origin: row.try_get("origin")?,
        relative: row.try_get("relative")?,
        digest: parsed_opt(row, "digest")?,
        bytes: unsigned(row.try_get("bytes")?)?,
        dossier: parsed_opt(row, "dossier")?,
        state: state(row, "state", FileState::parse)?,
        reason_code: row.try_get("reason_code")?,
        reason: row.try_get("reason")?,
        duplicate_of: row.try_get::<Option<i64>, _>("duplicate_of")?.map(FileId),
        accepted_at: timestamp(row.try_get("accepted_at")?)?,
        released: row.try_get("released")?,
        decided: row.try_get("decided")?,
        component: parsed_opt(row, "component")?,
        layout: json(row, "layout")?,
        parts: json(row, "parts")?,
        session: parsed_opt(row, "session")?,
    })
}
