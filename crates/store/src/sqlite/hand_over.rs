//! Dossiers that were handed over to another system.

use jiff::Timestamp;
use sohoa_domain::{Change, DossierCode, Event, EventKind, Outcome};
use sqlx::SqliteConnection;

use super::values::{micros, signed, unsigned};
use super::{SqliteRecords, events, facts};
use crate::records::StoreError;

pub(super) async fn hand_over(
    db: &SqliteRecords,
    dossier: &DossierCode,
    form: &str,
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let mut tx = db.write().await?;
    let documents: i64 = sqlx::query_scalar("SELECT count(*) FROM document WHERE dossier = ?1 AND state = 'attached'")
        .bind(dossier.as_str())
        .fetch_one(&mut *tx)
        .await?;
    let documents = unsigned(documents)?;
    record(&mut tx, dossier, form, documents, now).await?;
    let event = Event {
        at: now,
        kind: EventKind::HandedOver,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: Some(dossier.clone()),
        document: None,
        detail: format!("{documents} documents as {form}"),
        file: None,
        change: Some(Change::HandedOver { form: form.to_owned(), documents }),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the row of a hand-over.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    dossier: &DossierCode,
    form: &str,
    documents: u64,
    at: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO hand_over (dossier, form, documents, at) VALUES (?1, ?2, ?3, ?4)")
        .bind(dossier.as_str())
        .bind(form)
        .bind(signed(documents)?)
        .bind(micros(at))
        .execute(&mut *conn)
        .await?;
    facts::refresh(conn, &[dossier.as_str()]).await
}
