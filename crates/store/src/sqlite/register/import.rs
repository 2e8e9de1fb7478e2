//! What a register says is compared with what stands; what differs is written, and history.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::json;
use sohoa_domain::text::fold;
use sohoa_domain::{Change, DossierCode, DossierEntry, Event, EventKind, Outcome, differences};
use sqlx::{QueryBuilder, SqliteConnection};

use super::{DOSSIER, entry, resolve_awaiting};
use crate::records::{ChangedDossier, ImportReport, ImportSummary, KeptFile, StoreError};
use crate::register::RegisterEntries;
use crate::sqlite::SqliteRecords;
use crate::sqlite::catalogue::Catalogue;
use crate::sqlite::values::micros;
use crate::sqlite::{events, facts};

/// Who imports what, and when.
#[derive(Clone, Copy)]
pub(in crate::sqlite) struct Imported<'a> {
    pub(in crate::sqlite) file: &'a KeptFile,
    pub(in crate::sqlite) now: Timestamp,
    pub(in crate::sqlite) agent: &'a str,
}

impl Imported<'_> {
    /// The event that tells of it. It stays small however much the file changed.
    pub(in crate::sqlite) fn event(&self, kind: EventKind, detail: String) -> Event {
        Event {
            at: self.now,
            kind,
            outcome: Outcome::Success,
            agent: self.agent.to_owned(),
            source: Some(self.file.digest),
            dossier: None,
            document: None,
            detail,
            file: None,
            change: Some(Change::Imported { name: self.file.name.clone(), reading: self.file.reading.clone() }),
        }
    }
}

/// A dossier that is new, or other than it stands.
pub(in crate::sqlite) struct Changed {
    pub(in crate::sqlite) before: Option<DossierEntry>,
    pub(in crate::sqlite) after: DossierEntry,
}

pub(in crate::sqlite) async fn import(
    db: &SqliteRecords,
    imported: Imported<'_>,
    entries: RegisterEntries,
    show: usize,
) -> Result<ImportReport, StoreError> {
    let mut tx = db.write().await?;
    let (mut report, is_new) = import_entries(&mut tx, imported, entries, show).await?;
    let ImportSummary { new, changed, unchanged, .. } = report.summary;
    if is_new || new + changed > 0 {
        let detail = format!("{new} new, {changed} changed, {unchanged} unchanged");
        events::append(&mut tx, &[imported.event(EventKind::RegisterImported, detail)]).await?;
    }
    report.summary.resolved = resolve_awaiting(&mut tx, imported.now, imported.agent).await?;
    tx.commit().await?;
    Ok(report)
}

/// Puts the rows of the register to what a file says. Returns what changed, and whether the file is new. Says nothing.
pub(in crate::sqlite) async fn import_entries(
    tx: &mut SqliteConnection,
    imported: Imported<'_>,
    mut entries: RegisterEntries,
    show: usize,
) -> Result<(ImportReport, bool), StoreError> {
    let catalogue = Catalogue::load(&mut *tx).await?;
    let mut report = ImportReport::default();
    while let Some(chunk) = entries.next().await? {
        let changed = compare(&mut *tx, &catalogue, chunk, &mut report, show).await?;
        apply(&mut *tx, imported, &changed).await?;
    }
    Ok((report, keep(tx, imported, "register").await?))
}

/// What an import of these entries would do.
pub(in crate::sqlite) async fn preview(
    db: &SqliteRecords,
    mut entries: RegisterEntries,
    show: usize,
) -> Result<ImportReport, StoreError> {
    let mut tx = db.read().await?;
    let catalogue = Catalogue::load(&mut tx).await?;
    let mut report = ImportReport::default();
    while let Some(chunk) = entries.next().await? {
        compare(&mut tx, &catalogue, chunk, &mut report, show).await?;
    }
    Ok(report)
}

/// Notes that the file was imported; says whether for the first time.
pub(in crate::sqlite) async fn keep(
    tx: &mut SqliteConnection,
    imported: Imported<'_>,
    kind: &str,
) -> Result<bool, StoreError> {
    let kept = sqlx::query(
        "INSERT INTO register_import (source, imported_at, kind, name) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
    )
    .bind(imported.file.digest.to_string())
    .bind(micros(imported.now))
    .bind(kind)
    .bind(&imported.file.name)
    .execute(tx)
    .await?;
    Ok(kept.rows_affected() > 0)
}

/// The dossiers of a chunk that are new or say other than what stands. Those without components of their own get those of the
/// catalogue.
async fn compare(
    conn: &mut SqliteConnection,
    catalogue: &Catalogue,
    chunk: Vec<DossierEntry>,
    report: &mut ImportReport,
    show: usize,
) -> Result<Vec<Changed>, StoreError> {
    let mut standing = standing(conn, chunk.iter().map(|entry| &entry.code)).await?;
    let mut changed = Vec::new();
    for mut after in chunk {
        catalogue.fill(&mut after);
        let before = standing.remove(after.code.as_str());
        let columns = before.as_ref().map_or_else(Vec::new, |before| differences(before, &after));
        match &before {
            None => report.summary.new += 1,
            Some(_) if columns.is_empty() => {
                report.summary.unchanged += 1;
                continue;
            }
            Some(_) => report.summary.changed += 1,
        }
        for column in &columns {
            *report.columns.entry(column).or_default() += 1;
        }
        if report.shown.len() < show {
            report.shown.push(ChangedDossier { dossier: after.code.clone(), new: before.is_none(), columns });
        }
        changed.push(Changed { before, after });
    }
    Ok(changed)
}

/// Those of these dossiers that the register knows already, by code.
pub(in crate::sqlite) async fn standing(
    conn: &mut SqliteConnection,
    codes: impl Iterator<Item = &DossierCode>,
) -> Result<HashMap<String, DossierEntry>, StoreError> {
    let codes: Vec<&DossierCode> = codes.collect();
    let mut query = QueryBuilder::new(DOSSIER);
    query
        .push(" FROM dossier WHERE code IN (SELECT value FROM json_each(")
        .push_bind(json!(codes).to_string())
        .push("))");
    let rows = query.build().fetch_all(conn).await?;
    rows.iter().map(|row| entry(row).map(|entry| (entry.code.to_string(), entry))).collect()
}

/// Writes dossiers that changed, with what they were. Whatever changes the register passes here, in the transaction of its
/// import: what else follows from a dossier's rows is kept up to date from here.
pub(in crate::sqlite) async fn apply(
    conn: &mut SqliteConnection,
    imported: Imported<'_>,
    changed: &[Changed],
) -> Result<(), StoreError> {
    if changed.is_empty() {
        return Ok(());
    }
    for Changed { before, after } in changed {
        if let Some(before) = before {
            remember(&mut *conn, imported, before, after).await?;
        }
    }
    write(&mut *conn, changed).await?;
    let codes = |new: bool| -> Vec<&str> {
        changed.iter().filter(|c| c.before.is_none() == new).map(|c| c.after.code.as_str()).collect()
    };
    facts::of_new(conn, &codes(true)).await?;
    facts::refresh(conn, &codes(false)).await
}

/// Puts the rows of these dossiers and of their components to what the register says now. All rows go over in one
/// value, a JSON array of arrays: one statement a table, not one a row.
async fn write(conn: &mut SqliteConnection, changed: &[Changed]) -> Result<(), StoreError> {
    let (mut dossiers, mut components) = (Vec::with_capacity(changed.len()), Vec::new());
    for Changed { after: e, .. } in changed {
        dossiers.push((
            &e.code,
            &e.procedure,
            &e.agency,
            &e.counter,
            e.channel,
            &e.applicant,
            e.received,
            e.due,
            e.finished,
            e.returned,
            e.return_channel,
            e.status,
            fold(&e.applicant),
            e.catalogue,
        ));
        let rows = e.components.iter().zip(1_u64..);
        components.extend(rows.map(|(c, n)| (&e.code, &c.id, n, &c.name, c.kind, c.required, &c.exempt_reason)));
    }
    let standing: Vec<&DossierCode> = changed.iter().filter(|c| c.before.is_some()).map(|c| &c.after.code).collect();
    sqlx::query(
        "INSERT INTO dossier (code, procedure, agency, counter, channel, applicant, received, due, finished, returned, \
                              return_channel, status, applicant_key, catalogue) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, \
                value ->> 8, value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13 \
         FROM json_each(?1) WHERE true \
         ON CONFLICT (code) DO UPDATE SET procedure = excluded.procedure, agency = excluded.agency, \
             counter = excluded.counter, channel = excluded.channel, applicant = excluded.applicant, \
             received = excluded.received, due = excluded.due, finished = excluded.finished, \
             returned = excluded.returned, return_channel = excluded.return_channel, status = excluded.status, \
             applicant_key = excluded.applicant_key, catalogue = excluded.catalogue",
    )
    .bind(rows(&dossiers)?)
    .execute(&mut *conn)
    .await?;
    sqlx::query("DELETE FROM component WHERE dossier IN (SELECT value FROM json_each(?1))")
        .bind(json!(standing).to_string())
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO component (dossier, id, position, name, kind, required, exempt_reason) \
         SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6 \
         FROM json_each(?1)",
    )
    .bind(rows(&components)?)
    .execute(conn)
    .await?;
    Ok(())
}

fn rows(rows: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(rows).map_err(|error| StoreError::Other(format!("rows of the register: {error}")))
}

/// Keeps what the dossier was and is. The applicant is personal data: only that he changed is kept.
async fn remember(
    conn: &mut SqliteConnection,
    imported: Imported<'_>,
    before: &DossierEntry,
    after: &DossierEntry,
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
    .bind(micros(imported.now))
    .bind(imported.agent)
    .bind(imported.file.digest.to_string())
    .bind(without_applicant(before))
    .bind(without_applicant(after))
    .bind(before.applicant != after.applicant)
    .execute(conn)
    .await?;
    Ok(())
}
