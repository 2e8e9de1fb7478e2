//! The register: dossiers and components as they stand, what changed, and documents that waited for them.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::{Value, json};
use sohoa_domain::text::fold;
use sohoa_domain::{
    AttachmentState, Change, Channel, ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode,
    DossierEntry, DossierStatus, Event, EventKind, Outcome, Sha256Digest,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{micros, parsed, parsed_opt};
use super::{events, facts};
use crate::records::{ImportSummary, StoreError};

/// Columns of a [`DossierEntry`], its components as one JSON array of arrays in their order. ` FROM dossier` has to
/// follow, or a comma and one more column.
pub(super) const DOSSIER: &str = "SELECT code, procedure, agency, counter, channel, applicant, received, due, finished, returned, return_channel, \
     status, (SELECT json_group_array(json_array(id, name, kind, required, exempt_reason) ORDER BY position) \
              FROM component WHERE component.dossier = dossier.code) AS components";

/// One component in that array.
type ComponentRow = (ComponentId, String, ComponentKind, u8, Option<String>);

pub(super) async fn dossier(db: &SqliteRecords, code: &DossierCode) -> Result<Option<DossierEntry>, StoreError> {
    let mut query = QueryBuilder::new(DOSSIER);
    query.push(" FROM dossier WHERE code = ").push_bind(code.as_str());
    query.build().fetch_optional(&db.readers).await?.as_ref().map(entry).transpose()
}

/// Dossiers of applicants of this name, however its accents are written, the latest first.
pub(super) async fn of_applicant(db: &SqliteRecords, name: &str, most: u32) -> Result<Vec<DossierCode>, StoreError> {
    let rows = sqlx::query(
        "SELECT code FROM dossier WHERE applicant_key = ?1 AND applicant_key <> '' \
         ORDER BY received DESC NULLS LAST, code LIMIT ?2",
    )
    .bind(fold(name))
    .bind(most)
    .fetch_all(&db.readers)
    .await?;
    rows.iter().map(|row| parsed(row, "code")).collect()
}

pub(super) fn entry(row: &SqliteRow) -> Result<DossierEntry, StoreError> {
    let corrupt = |column: &str| StoreError::Corrupt(format!("column {column}: not one of its values"));
    let channel = |column: &str| -> Result<Option<Channel>, StoreError> {
        let text: Option<&str> = row.try_get(column)?;
        text.map(|t| Channel::parse(t).map_err(|_| corrupt(column))).transpose()
    };
    let time = |column: &str| parsed_opt::<DateTime>(row, column);
    let status: Option<i64> = row.try_get("status")?;
    let status =
        status.map(|n| u8::try_from(n).ok().and_then(|n| DossierStatus::new(n).ok()).ok_or_else(|| corrupt("status")));
    let components: Vec<ComponentRow> =
        serde_json::from_str(row.try_get("components")?).map_err(|_| corrupt("components"))?;
    let component = |(id, name, kind, required, exempt_reason)| ComponentEntry {
        id,
        name,
        kind,
        required: required != 0,
        exempt_reason,
    };
    Ok(DossierEntry {
        code: parsed(row, "code")?,
        procedure: parsed_opt(row, "procedure")?,
        agency: row.try_get("agency")?,
        counter: row.try_get("counter")?,
        channel: channel("channel")?,
        applicant: row.try_get("applicant")?,
        received: time("received")?,
        due: time("due")?,
        finished: time("finished")?,
        returned: time("returned")?,
        return_channel: channel("return_channel")?,
        status: status.transpose()?,
        components: components.into_iter().map(component).collect(),
    })
}

/// Dossiers that are compared and written together.
const CHUNK: usize = 500;

pub(super) async fn import(
    db: &SqliteRecords,
    source: &Sha256Digest,
    entries: &[DossierEntry],
    now: Timestamp,
    agent: &str,
) -> Result<ImportSummary, StoreError> {
    let mut tx = db.write().await?;
    let (mut summary, is_new) = import_rows(&mut tx, source, entries, now, agent).await?;
    if is_new || summary.new + summary.changed > 0 {
        let ImportSummary { new, changed, unchanged, .. } = summary;
        let event = Event {
            at: now,
            kind: EventKind::RegisterImported,
            outcome: Outcome::Success,
            agent: agent.to_owned(),
            source: Some(*source),
            dossier: None,
            document: None,
            detail: format!("{new} new, {changed} changed, {unchanged} unchanged"),
            file: None,
            change: None,
        };
        events::append(&mut tx, &[event]).await?;
    }
    summary.resolved = resolve_awaiting(&mut tx, now, agent).await?;
    tx.commit().await?;
    Ok(summary)
}

/// Puts the rows of the register to what a file says. Returns what changed, and whether the file is new. Says nothing.
pub(super) async fn import_rows(
    tx: &mut SqliteConnection,
    source: &Sha256Digest,
    entries: &[DossierEntry],
    now: Timestamp,
    agent: &str,
) -> Result<(ImportSummary, bool), StoreError> {
    let mut codes = HashSet::with_capacity(entries.len());
    if !entries.iter().all(|entry| codes.insert(entry.code.as_str())) {
        return Err(StoreError::Other("a register may name each dossier only once".to_owned()));
    }
    let mut summary = ImportSummary::default();
    for chunk in entries.chunks(CHUNK) {
        let standing = standing(&mut *tx, chunk).await?;
        let mut fresh = Vec::new();
        for entry in chunk {
            match standing.get(entry.code.as_str()) {
                None => summary.new += 1,
                Some(before) if same(before, entry) => {
                    summary.unchanged += 1;
                    continue;
                }
                Some(before) => {
                    remember(&mut *tx, source, before, entry, now, agent).await?;
                    summary.changed += 1;
                }
            }
            fresh.push(entry);
        }
        if !fresh.is_empty() {
            write(&mut *tx, &fresh).await?;
        }
    }
    let kept = sqlx::query("INSERT INTO register_import (source, imported_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
        .bind(source.to_string())
        .bind(micros(now))
        .execute(&mut *tx)
        .await?;
    Ok((summary, kept.rows_affected() > 0))
}

/// Whether two entries say the same; a register that lists the components in another order says nothing new.
fn same(a: &DossierEntry, b: &DossierEntry) -> bool {
    let by_id = |entry: &DossierEntry| {
        let mut sorted = entry.clone();
        sorted.components.sort_by(|x, y| x.id.cmp(&y.id));
        sorted
    };
    a == b || by_id(a) == by_id(b)
}

/// The dossiers of this chunk that the register knows already, by code.
async fn standing(
    conn: &mut SqliteConnection,
    chunk: &[DossierEntry],
) -> Result<HashMap<String, DossierEntry>, StoreError> {
    let codes: Vec<&str> = chunk.iter().map(|entry| entry.code.as_str()).collect();
    let mut query = QueryBuilder::new(DOSSIER);
    query
        .push(" FROM dossier WHERE code IN (SELECT value FROM json_each(")
        .push_bind(json!(codes).to_string())
        .push("))");
    let rows = query.build().fetch_all(conn).await?;
    rows.iter().map(|row| entry(row).map(|entry| (entry.code.to_string(), entry))).collect()
}

/// Puts the rows of these dossiers and of their components to what the register says now. All rows go over in one
/// value, a JSON array of arrays: one statement a table, not one a row.
async fn write(conn: &mut SqliteConnection, entries: &[&DossierEntry]) -> Result<(), StoreError> {
    let time = |t: Option<DateTime>| t.map(|t| t.to_string());
    let dossiers = entries.iter().map(|e| {
        json!([
            e.code,
            e.procedure,
            e.agency,
            e.counter,
            e.channel.map(Channel::as_str),
            e.applicant,
            time(e.received),
            time(e.due),
            time(e.finished),
            time(e.returned),
            e.return_channel.map(Channel::as_str),
            e.status,
            fold(&e.applicant)
        ])
    });
    let components = entries.iter().flat_map(|e| {
        let row = |(c, position): (&ComponentEntry, u64)| {
            json!([e.code, c.id, position, c.name, c.kind.as_str(), c.required, c.exempt_reason])
        };
        e.components.iter().zip(1..).map(row).collect::<Vec<_>>()
    });
    let codes: Vec<&str> = entries.iter().map(|e| e.code.as_str()).collect();
    sqlx::query(
        "INSERT INTO dossier (code, procedure, agency, counter, channel, applicant, received, due, finished, returned, \
                              return_channel, status, applicant_key) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, \
                value ->> 7, value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12 FROM json_each(?1) WHERE true \
         ON CONFLICT (code) DO UPDATE SET procedure = excluded.procedure, agency = excluded.agency, \
             counter = excluded.counter, channel = excluded.channel, applicant = excluded.applicant, \
             received = excluded.received, due = excluded.due, finished = excluded.finished, \
             returned = excluded.returned, return_channel = excluded.return_channel, status = excluded.status, \
             applicant_key = excluded.applicant_key",
    )
    .bind(Value::from_iter(dossiers).to_string())
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM component WHERE dossier IN (SELECT value FROM json_each(?1))")
        .bind(json!(codes).to_string())
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO component (dossier, id, position, name, kind, required, exempt_reason) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 \
         FROM json_each(?1)",
    )
    .bind(Value::from_iter(components).to_string())
    .execute(&mut *conn)
    .await?;
    facts::refresh(conn, &codes).await
}

/// Keeps what the dossier was and is. The applicant is personal data: only that he changed is kept.
async fn remember(
    conn: &mut SqliteConnection,
    source: &Sha256Digest,
    before: &DossierEntry,
    after: &DossierEntry,
    now: Timestamp,
    agent: &str,
) -> Result<(), StoreError> {
    let without_applicant = |entry: &DossierEntry| {
        let mut value = json!(entry);
        if let Some(fields) = value.as_object_mut() {
            fields.remove("applicant");
        }
        value.to_string()
    };
    sqlx::query(
        "INSERT INTO dossier_history (dossier, changed_at, agent, source, before, after, applicant_changed) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(after.code.as_str())
    .bind(micros(now))
    .bind(agent)
    .bind(source.to_string())
    .bind(without_applicant(before))
    .bind(without_applicant(after))
    .bind(before.applicant != after.applicant)
    .execute(conn)
    .await?;
    Ok(())
}

/// Attaches documents whose dossier has come into the register, with the component that they name if they name one.
/// Returns how many.
pub(super) async fn resolve_awaiting(
    conn: &mut SqliteConnection,
    now: Timestamp,
    agent: &str,
) -> Result<u64, StoreError> {
    let rows = sqlx::query(
        "SELECT document.id, document.dossier, document.source, document.source_digest, document.component FROM document \
         JOIN dossier ON dossier.code = document.dossier \
         WHERE document.state = 'awaiting_register' \
           AND (document.component IS NULL OR EXISTS (SELECT 1 FROM component \
                WHERE component.dossier = document.dossier AND component.id = document.component)) \
         ORDER BY document.row",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut told = Vec::new();
    for row in &rows {
        let id: DocumentId = parsed(row, "id")?;
        let to = AttachmentState::AwaitingRegister.transition(AttachmentState::Attached)?;
        sqlx::query("UPDATE document SET state = ?2 WHERE id = ?1")
            .bind(id.as_str())
            .bind(to.as_str())
            .execute(&mut *conn)
            .await?;
        facts::refresh_around(conn, row.try_get("dossier")?, id.as_str()).await?;
        told.push(Event {
            at: now,
            kind: EventKind::RegisterResolved,
            outcome: Outcome::Success,
            agent: agent.to_owned(),
            source: Some(parsed(row, "source_digest")?),
            dossier: Some(parsed(row, "dossier")?),
            document: Some(id),
            detail: "the register knows the dossier now".to_owned(),
            file: Some(row.try_get("source")?),
            change: Some(Change::Attachment { state: to, component: parsed_opt(row, "component")? }),
        });
    }
    events::append(conn, &told).await?;
    Ok(told.len() as u64)
}

pub(super) async fn sources(db: &SqliteRecords) -> Result<Vec<Sha256Digest>, StoreError> {
    let rows = sqlx::query("SELECT source FROM register_import ORDER BY id").fetch_all(&db.readers).await?;
    rows.iter().map(|row| parsed(row, "source")).collect()
}
