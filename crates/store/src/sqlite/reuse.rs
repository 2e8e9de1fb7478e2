//! Papers that were digitized before: which documents are the same paper, and which stand for a component of another dossier.

use jiff::Timestamp;
use sohoa_domain::{AttachmentState, Change, ComponentId, DocumentId, DossierCode, Event, EventKind, Outcome};
use sqlx::{Row as _, SqliteConnection};

use super::values::{parsed, parsed_opt};
use super::{SqliteRecords, documents, events, facts, register};
use crate::records::{SamePaper, StoreError};

/// What a person says of a component: it needs no scan of its own, this document of another dossier stands for it; `None`
/// takes that back.
pub(super) async fn reuse(
    db: &SqliteRecords,
    dossier: &DossierCode,
    component: &ComponentId,
    reused: Option<&DocumentId>,
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let entry = register::dossier(db, dossier).await?;
    if !entry.is_some_and(|entry| entry.components.iter().any(|c| c.id == *component)) {
        return Err(StoreError::Unknown(format!("component {component} of dossier {dossier} in the register")));
    }
    let document = match reused {
        Some(id) => {
            let standing = documents::by_id(db, id).await?;
            let standing = standing.filter(|d| d.state == AttachmentState::Attached && d.dossier != *dossier);
            standing.ok_or_else(|| StoreError::Unknown(format!("document {id} on another dossier")))?.id
        }
        None => {
            let reused = of_dossier(db, dossier).await?.into_iter().find(|(id, _)| id == component);
            reused.ok_or_else(|| StoreError::Unknown(format!("document that is reused for component {component}")))?.1
        }
    };
    let mut tx = db.write().await?;
    record(&mut tx, dossier, component, reused).await?;
    let event = Event {
        at: now,
        kind: EventKind::Reused,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: Some(dossier.clone()),
        document: Some(document),
        detail: format!("{} {component}", if reused.is_some() { "for" } else { "no more for" }),
        file: None,
        change: Some(Change::Reused { component: component.clone(), document: reused.cloned() }),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the row of a change.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    dossier: &DossierCode,
    component: &ComponentId,
    document: Option<&DocumentId>,
) -> Result<(), StoreError> {
    let sql = match document {
        Some(_) => {
            "INSERT INTO reuse (dossier, component, document) VALUES (?1, ?2, ?3) \
             ON CONFLICT (dossier, component) DO UPDATE SET document = excluded.document"
        }
        None => "DELETE FROM reuse WHERE dossier = ?1 AND component = ?2 AND ?3 IS NULL",
    };
    sqlx::query(sql)
        .bind(dossier.as_str())
        .bind(component.as_str())
        .bind(document.map(DocumentId::as_str))
        .execute(&mut *conn)
        .await?;
    facts::refresh(conn, &[dossier.as_str()]).await
}

/// Components of a dossier that a document of another dossier stands for.
pub(super) async fn of_dossier(
    db: &SqliteRecords,
    dossier: &DossierCode,
) -> Result<Vec<(ComponentId, DocumentId)>, StoreError> {
    let rows = sqlx::query("SELECT component, document FROM reuse WHERE dossier = ?1 ORDER BY component")
        .bind(dossier.as_str())
        .fetch_all(&db.readers)
        .await?;
    rows.iter().map(|row| Ok((parsed(row, "component")?, parsed(row, "document")?))).collect()
}

/// Other documents that are the same paper as one of this dossier: the same bytes, or the same number, year, symbol and issuer.
pub(super) async fn same_papers(db: &SqliteRecords, dossier: &DossierCode) -> Result<Vec<SamePaper>, StoreError> {
    let rows = sqlx::query(
        "SELECT mine.id AS mine, other.id AS other, other.dossier AS dossier, other.component AS component, \
                other.result_code AS result_code, \
                mine.source_digest = other.source_digest AND mine.part = other.part AS bytes \
         FROM document mine JOIN document other ON other.id <> mine.id AND other.state <> 'removed' \
              AND (other.paper = mine.paper OR (other.source_digest = mine.source_digest AND other.part = mine.part)) \
         WHERE mine.dossier = ?1 AND mine.state <> 'removed' ORDER BY mine.ordinal, other.row",
    )
    .bind(dossier.as_str())
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(SamePaper {
                document: parsed(row, "mine")?,
                other: parsed(row, "other")?,
                dossier: parsed(row, "dossier")?,
                component: parsed_opt(row, "component")?,
                result_code: row.try_get("result_code")?,
                same_bytes: row.try_get("bytes")?,
            })
        })
        .collect()
}
