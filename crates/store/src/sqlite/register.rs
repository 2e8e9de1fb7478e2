//! The register: dossiers and components as they stand, and documents that waited for them.

mod history;
mod import;
mod refused;

use jiff::Timestamp;
use jiff::civil::DateTime;
use sohoa_domain::text::fold;
use sohoa_domain::{
    AttachmentState, Change, Channel, ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode,
    DossierEntry, DossierStatus, Event, EventKind, Outcome, Sha256Digest,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, SqliteConnection};

use super::SqliteRecords;
use super::values::{parsed, parsed_opt};
use super::{events, facts};
use crate::records::StoreError;

pub(super) use history::{history, imports};
pub(super) use import::{Changed, Imported, apply, import, import_entries, keep, preview, standing};
pub(super) use refused::{forget_refused, refuse, refused};

/// Columns of a [`DossierEntry`], its components as one JSON array of arrays in their order. ` FROM dossier` has to
/// follow, or a comma and one more column.
pub(super) const DOSSIER: &str = "SELECT code, procedure, agency, counter, channel, applicant, received, due, finished, returned, return_channel, \
     status, catalogue, (SELECT json_group_array(json_array(id, name, kind, required, exempt_reason) ORDER BY position) \
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
        catalogue: parsed_opt(row, "catalogue")?,
    })
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
