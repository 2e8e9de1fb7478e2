//! Doubtful fields: which wait for a person, and what people said.

use jiff::Timestamp;
use sohoa_domain::{
    Change, DocumentId, DossierCode, Event, EventKind, Field, FieldKey, FieldName, Outcome, Sha256Digest,
};
use sqlx::sqlite::SqliteRow;
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::values::{micros, parsed, small, timestamp, unsigned};
use super::{SqliteRecords, documents, events};
use crate::records::{Confirmation, DoubtfulField, DoubtfulPage, FieldWord, StoreError};

/// Writes which fields of a document are doubtful, in place of those that were.
pub(super) async fn index(
    conn: &mut SqliteConnection,
    document: &DocumentId,
    fields: &[Field],
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM doubtful_field WHERE document = ?1").bind(document.as_str()).execute(&mut *conn).await?;
    for ((key, field), position) in FieldKey::of(fields).into_iter().zip(0i64..).filter(|((_, f), _)| !f.confident) {
        sqlx::query("INSERT INTO doubtful_field (document, position, name, nth, page) VALUES (?1, ?2, ?3, ?4, ?5)")
            .bind(document.as_str())
            .bind(position)
            .bind(key.name.as_str())
            .bind(i64::from(key.nth))
            .bind(i64::from(field.page))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Doubtful fields of standing documents that nobody has confirmed.
fn waiting(query: &mut QueryBuilder<Sqlite>, page: &DoubtfulPage) {
    query.push(" FROM doubtful_field f JOIN document d ON d.id = f.document AND d.state <> 'removed'");
    if !page.agency.is_empty() {
        query.push(" JOIN dossier r ON r.code = d.dossier AND r.agency = ").push_bind(page.agency.clone());
    }
    query.push(
        " WHERE NOT EXISTS (SELECT 1 FROM field_confirmation c \
         WHERE c.document = f.document AND c.name = f.name AND c.nth = f.nth)",
    );
    if let Some((document, position)) = &page.after {
        query.push(" AND (f.document, f.position) > (").push_bind(document.as_str().to_owned());
        query.push(", ").push_bind(i64::from(*position)).push(")");
    }
}

pub(super) async fn doubtful(db: &SqliteRecords, page: &DoubtfulPage) -> Result<Vec<DoubtfulField>, StoreError> {
    let mut query = QueryBuilder::new("SELECT f.document, d.dossier, f.name, f.nth, f.position, f.page");
    waiting(&mut query, page);
    query.push(" ORDER BY f.document, f.position LIMIT ").push_bind(page.most);
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter()
        .map(|row| {
            Ok(DoubtfulField {
                document: parsed(row, "document")?,
                dossier: parsed(row, "dossier")?,
                field: key(row)?,
                position: small(row.try_get("position")?)?,
                page: small(row.try_get("page")?)?,
            })
        })
        .collect()
}

pub(super) async fn count(db: &SqliteRecords, page: &DoubtfulPage) -> Result<u64, StoreError> {
    let mut query = QueryBuilder::new("SELECT count(*) FROM (SELECT 1");
    waiting(&mut query, page);
    query.push(" LIMIT ").push_bind(page.most).push(")");
    unsigned(query.build_query_scalar().fetch_one(&db.readers).await?)
}

/// Records what a person says of a field, unless somebody else said something meanwhile.
pub(super) async fn confirm(
    db: &SqliteRecords,
    word: &FieldWord,
    now: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let FieldWord { document, field, page, seen, value, corrected } = word;
    let row = documents::by_id(db, document).await?;
    let row = row.ok_or_else(|| StoreError::Unknown(format!("document {document}")))?;
    let mut tx = db.write().await?;
    let stands: Option<String> =
        sqlx::query_scalar("SELECT value FROM field_confirmation WHERE document = ?1 AND name = ?2 AND nth = ?3")
            .bind(document.as_str())
            .bind(field.name.as_str())
            .bind(i64::from(field.nth))
            .fetch_optional(&mut *tx)
            .await?;
    if stands != seen.map(|digest| digest.to_string()) {
        return Err(StoreError::Changed(format!("field {field} of document {document}")));
    }
    record(&mut tx, document, field, value.as_ref(), now, person).await?;
    let done = match (value, corrected) {
        (Some(_), false) => "confirmed as read",
        (Some(_), true) => "corrected",
        (None, _) => "waits for a person again",
    };
    let event = Event {
        at: now,
        kind: EventKind::FieldConfirmed,
        outcome: Outcome::Success,
        agent: person.to_owned(),
        source: None,
        dossier: Some(row.dossier),
        document: Some(document.clone()),
        detail: format!("field {field} on page {page} {done}"),
        file: None,
        change: Some(Change::Confirmed { field: field.clone(), page: *page, value: *value }),
    };
    events::append(&mut tx, &[event]).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes the row of a change.
pub(super) async fn record(
    conn: &mut SqliteConnection,
    document: &DocumentId,
    field: &FieldKey,
    value: Option<&Sha256Digest>,
    at: Timestamp,
    person: &str,
) -> Result<(), StoreError> {
    let sql = match value {
        Some(_) => {
            "INSERT INTO field_confirmation (document, name, nth, value, person, confirmed_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (document, name, nth) DO UPDATE SET \
             value = excluded.value, person = excluded.person, confirmed_at = excluded.confirmed_at"
        }
        None => "DELETE FROM field_confirmation WHERE document = ?1 AND name = ?2 AND nth = ?3 AND ?4 IS NULL",
    };
    let query = sqlx::query(sql)
        .bind(document.as_str())
        .bind(field.name.as_str())
        .bind(i64::from(field.nth))
        .bind(value.map(ToString::to_string));
    let query = if value.is_some() { query.bind(person).bind(micros(at)) } else { query };
    query.execute(conn).await?;
    Ok(())
}

/// What people said of the fields of a dossier's documents.
pub(super) async fn of_dossier(db: &SqliteRecords, dossier: &DossierCode) -> Result<Vec<Confirmation>, StoreError> {
    let rows = sqlx::query(
        "SELECT c.document, c.name, c.nth, c.value, c.person, c.confirmed_at \
         FROM document d JOIN field_confirmation c ON c.document = d.id WHERE d.dossier = ?1",
    )
    .bind(dossier.as_str())
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Confirmation {
                document: parsed(row, "document")?,
                field: key(row)?,
                value: parsed(row, "value")?,
                person: row.try_get("person")?,
                at: timestamp(row.try_get("confirmed_at")?)?,
            })
        })
        .collect()
}

/// Digests of all values that were ever confirmed: those replaced since are kept, as the history names them.
pub(super) async fn values(db: &SqliteRecords) -> Result<Vec<Sha256Digest>, StoreError> {
    let rows = sqlx::query(
        "SELECT event ->> '$.change.confirmed.value' AS value FROM event \
         WHERE kind = 'field_confirmed' AND event ->> '$.change.confirmed.value' IS NOT NULL",
    )
    .fetch_all(&db.readers)
    .await?;
    rows.iter().map(|row| parsed(row, "value")).collect()
}

fn key(row: &SqliteRow) -> Result<FieldKey, StoreError> {
    let name: String = row.try_get("name")?;
    let name = FieldName::try_from(name).map_err(|e| StoreError::Corrupt(format!("column name: {e}")))?;
    Ok(FieldKey { name, nth: small(row.try_get("nth")?)? })
}
