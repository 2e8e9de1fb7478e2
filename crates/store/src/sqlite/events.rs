//! Events and their hash chain.

use jiff::Timestamp;
use sohoa_domain::{DossierCode, Event};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{micros, parsed, timestamp};
use crate::event_log::{CHAIN_START, EventLine, Segment, chain_link};
use crate::records::{FileId, FixityOf, StoreError};

/// Who did what the records do on their own: end a job whose attempts are used up, find a repeat at commit.
pub(super) const AGENT: &str = concat!("sohoa/", env!("CARGO_PKG_VERSION"));

/// The text of an event that is chained: its fields in the order of the type, without white space, and the time in
/// microseconds at most, like every other time here.
fn canonical(event: &Event) -> Result<String, StoreError> {
    let at: Timestamp = timestamp(micros(event.at))?;
    serde_json::to_string(&Event { at, ..event.clone() }).map_err(|e| StoreError::Other(format!("an event: {e}")))
}

/// Appends events in order. Runs within the caller's transaction, which holds the write lock, so that the chain
/// never forks.
pub(super) async fn append(conn: &mut SqliteConnection, events: &[Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let last: Option<String> =
        sqlx::query_scalar("SELECT chain FROM event ORDER BY id DESC LIMIT 1").fetch_optional(&mut *conn).await?;
    let mut previous = last.unwrap_or_else(|| CHAIN_START.to_owned());
    for event in events {
        let text = canonical(event)?;
        previous = chain_link(&previous, &text).to_string();
        sqlx::query("INSERT INTO event (event, chain) VALUES (?1, ?2)")
            .bind(text)
            .bind(&previous)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

pub(super) async fn list(db: &SqliteRecords, dossier: Option<&DossierCode>) -> Result<Vec<Event>, StoreError> {
    let query = match dossier {
        Some(code) => sqlx::query_scalar("SELECT event FROM event WHERE dossier = ?1 ORDER BY id").bind(code.as_str()),
        None => sqlx::query_scalar("SELECT event FROM event ORDER BY id"),
    };
    let texts: Vec<String> = query.fetch_all(&db.readers).await?;
    texts.iter().map(|text| read(text)).collect()
}

/// Events of one file with their numbers, in order.
pub(super) async fn of_file(conn: &mut SqliteConnection, file: FileId) -> Result<Vec<(i64, Event)>, StoreError> {
    let rows =
        sqlx::query("SELECT id, event FROM event WHERE file = ?1 ORDER BY id").bind(file.0).fetch_all(conn).await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, read(row.try_get("event")?)?))).collect()
}

/// Events of a dossier with their numbers, the latest first; of the files that its documents come from, that they were accepted: then
/// nobody knew the dossier yet.
pub(super) async fn history(
    db: &SqliteRecords,
    dossier: &DossierCode,
    before: Option<i64>,
    most: u32,
) -> Result<Vec<(i64, Event)>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, event FROM event WHERE dossier = ?1 AND id < ?2 \
         UNION ALL SELECT id, event FROM event WHERE file IN (SELECT source FROM document WHERE document.dossier = ?1) \
            AND id < ?2 AND dossier IS NULL AND kind = 'accepted' \
         ORDER BY id DESC LIMIT ?3",
    )
    .bind(dossier.as_str())
    .bind(before.unwrap_or(i64::MAX))
    .bind(most)
    .fetch_all(&db.readers)
    .await?;
    rows.iter().map(|row| Ok((row.try_get("id")?, read(row.try_get("event")?)?))).collect()
}

/// Verifications, the latest first.
pub(super) async fn fixity_checks(db: &SqliteRecords, of: FixityOf<'_>, most: u32) -> Result<Vec<Event>, StoreError> {
    // The kind stands in the text, so that the index of just these is used.
    let mut query = QueryBuilder::new("SELECT event FROM event WHERE kind = 'fixity_checked' AND dossier ");
    match of {
        FixityOf::Everything => query.push("IS NULL"),
        FixityOf::AnyDossier => query.push("IS NOT NULL"),
        FixityOf::Dossier(code) => query.push("= ").push_bind(code.as_str().to_owned()),
    };
    query.push(" ORDER BY id DESC LIMIT ").push_bind(most);
    let texts: Vec<String> = query.build_query_scalar().fetch_all(&db.readers).await?;
    texts.iter().map(|text| read(text)).collect()
}

/// Number of the last event, 0 when there is none.
pub(super) async fn last_number(conn: &mut SqliteConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM event").fetch_one(conn).await?)
}

/// Number of the last event of a file, 0 when there is none.
pub(super) async fn last_of_file(conn: &mut SqliteConnection, file: FileId) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(id), 0) FROM event WHERE file = ?1")
        .bind(file.0)
        .fetch_one(conn)
        .await?)
}

/// Whether a file had another event since this one; with `decisions`, one that tells of a person's decision.
pub(super) async fn of_file_since(
    conn: &mut SqliteConnection,
    file: FileId,
    seen: i64,
    decisions: bool,
) -> Result<bool, StoreError> {
    let sql =
        "SELECT EXISTS (SELECT 1 FROM event WHERE file = ?1 AND id > ?2 AND (NOT ?3 OR kind IN ('decided', 'undone')))";
    Ok(sqlx::query_scalar(sql).bind(file.0).bind(seen).bind(decisions).fetch_one(conn).await?)
}

pub(super) fn read(text: &str) -> Result<Event, StoreError> {
    serde_json::from_str(text).map_err(|_| StoreError::Corrupt("an event".to_owned()))
}

/// Events that are looked at together when the chain is followed.
const STRETCH: i64 = 10_000;

/// Follows the chain from its start and tells the first link that does not hold.
pub(super) async fn check_chain(conn: &mut SqliteConnection) -> Result<Option<String>, StoreError> {
    let mut previous = CHAIN_START.to_owned();
    let mut last = 0;
    loop {
        let rows = sqlx::query("SELECT id, event, chain FROM event WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(last)
            .bind(STRETCH)
            .fetch_all(&mut *conn)
            .await?;
        if rows.is_empty() {
            return Ok(None);
        }
        for row in rows {
            let (id, text, chain): (i64, &str, &str) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            if id != last + 1 {
                return Ok(Some(format!("event {} is missing", last + 1)));
            }
            if chain_link(&previous, text).to_string() != chain {
                return Ok(Some(format!("event {id} or one before it was changed: the hash chain breaks here")));
            }
            chain.clone_into(&mut previous);
            last = id;
        }
    }
}

pub(super) async fn lines(db: &SqliteRecords, after: i64, most: u32) -> Result<Vec<EventLine>, StoreError> {
    let rows = sqlx::query("SELECT id, chain, event FROM event WHERE id > ?1 ORDER BY id LIMIT ?2")
        .bind(after)
        .bind(i64::from(most))
        .fetch_all(&db.readers)
        .await?;
    let line =
        |row: &SqliteRow| Ok(EventLine { number: row.try_get(0)?, chain: row.try_get(1)?, text: row.try_get(2)? });
    rows.iter().map(line).collect()
}

pub(super) async fn last_sealed(db: &SqliteRecords) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT coalesce(max(last), 0) FROM segment").fetch_one(&db.readers).await?)
}

pub(super) async fn segments(db: &SqliteRecords) -> Result<Vec<Segment>, StoreError> {
    let rows = sqlx::query("SELECT first, last, digest FROM segment ORDER BY first").fetch_all(&db.readers).await?;
    let segment = |row: &SqliteRow| {
        Ok(Segment { first: row.try_get("first")?, last: row.try_get("last")?, digest: parsed(row, "digest")? })
    };
    rows.iter().map(segment).collect()
}

pub(super) async fn add_segment(db: &SqliteRecords, segment: &Segment) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let next: i64 = sqlx::query_scalar("SELECT coalesce(max(last), 0) + 1 FROM segment").fetch_one(&mut *tx).await?;
    // Another process may have been faster.
    if segment.first == next {
        insert_segment(&mut tx, segment).await?;
    }
    tx.commit().await?;
    Ok(())
}

pub(super) async fn insert_segment(conn: &mut SqliteConnection, segment: &Segment) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO segment (first, last, digest) VALUES (?1, ?2, ?3)")
        .bind(segment.first)
        .bind(segment.last)
        .bind(segment.digest.to_string())
        .execute(conn)
        .await?;
    Ok(())
}
