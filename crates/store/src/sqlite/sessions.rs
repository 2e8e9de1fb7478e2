//! Dossiers that are open at counters, and which of them a file belongs to.

use jiff::Timestamp;
use sohoa_domain::{Change, Desk, DossierCode, Event, EventKind, Outcome};
use sqlx::{Row as _, SqliteConnection};

use super::values::{micros, parsed, timestamp};
use super::{SqliteRecords, events};
use crate::records::{OpenSession, StoreError};

/// Opens a dossier at a counter; the one that was open there is closed. `None` only closes.
pub(super) async fn switch(
    db: &SqliteRecords,
    desk: &Desk,
    dossier: Option<&DossierCode>,
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    record(&mut tx, desk, dossier, now).await?;
    let kind = if dossier.is_some() { EventKind::SessionOpened } else { EventKind::SessionClosed };
    let event = Event {
        at: now,
        kind,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: dossier.cloned(),
        document: None,
        detail: String::new(),
        file: None,
        change: Some(Change::Session(desk.clone())),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the rows of a change.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    desk: &Desk,
    dossier: Option<&DossierCode>,
    now: Timestamp,
) -> Result<(), StoreError> {
    // A clock that was set back must not end a session before it began.
    sqlx::query(
        "UPDATE session SET closed_at = max(opened_at, ?3) WHERE agency = ?1 AND counter = ?2 AND closed_at IS NULL",
    )
    .bind(&desk.agency)
    .bind(&desk.counter)
    .bind(micros(now))
    .execute(&mut *conn)
    .await?;
    if let Some(dossier) = dossier {
        sqlx::query("INSERT INTO session (agency, counter, dossier, opened_at) VALUES (?1, ?2, ?3, ?4)")
            .bind(&desk.agency)
            .bind(&desk.counter)
            .bind(dossier.as_str())
            .bind(micros(now))
            .execute(conn)
            .await?;
    }
    Ok(())
}

/// The dossier that was open at the counter from before the file was begun until after it was written: a file that was
/// written while the clerk changed dossiers belongs to none surely.
pub(super) async fn during(
    conn: &mut SqliteConnection,
    desk: &Desk,
    begun: Timestamp,
    written: Timestamp,
) -> Result<Option<DossierCode>, StoreError> {
    let row = sqlx::query(
        "SELECT dossier FROM session WHERE agency = ?1 AND counter = ?2 AND opened_at <= ?3 \
         AND (closed_at IS NULL OR closed_at >= ?4) ORDER BY opened_at DESC LIMIT 1",
    )
    .bind(&desk.agency)
    .bind(&desk.counter)
    .bind(micros(begun))
    .bind(micros(written))
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(|row| parsed(row, "dossier")).transpose()
}

pub(super) async fn open(db: &SqliteRecords) -> Result<Vec<OpenSession>, StoreError> {
    let rows = sqlx::query(
        "SELECT agency, counter, dossier, opened_at FROM session WHERE closed_at IS NULL ORDER BY agency, counter",
    )
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OpenSession {
                desk: Desk { agency: row.try_get("agency")?, counter: row.try_get("counter")? },
                dossier: parsed(row, "dossier")?,
                opened_at: timestamp(row.try_get("opened_at")?)?,
            })
        })
        .collect()
}
