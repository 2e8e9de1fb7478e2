//! Documents as they stand, and their ordinals.

use std::collections::HashMap;

use sohoa_domain::{AttachmentState, ComponentId, DocumentId, DossierCode, PartLayout, Sha256Digest};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteRecords;
use super::accept::name_of;
use super::ledger::count_page;
use super::values::{json, parsed, parsed_opt, small, state, unsigned};
use crate::records::{DocumentRow, FileId, PageLedger, Rendition, RenditionKind, StoreError};

pub(super) async fn ordinal(
    db: &SqliteRecords,
    dossier: &DossierCode,
    document: &DocumentId,
) -> Result<u32, StoreError> {
    let mut tx = db.write().await?;
    let given: i64 = sqlx::query_scalar(
        "INSERT INTO ordinal (dossier, document, ordinal) \
         SELECT ?1, ?2, coalesce(max(ordinal), 0) + 1 FROM ordinal WHERE dossier = ?1 \
         ON CONFLICT (dossier, document) DO UPDATE SET ordinal = ordinal.ordinal RETURNING ordinal",
    )
    .bind(dossier.as_str())
    .bind(document.as_str())
    .fetch_one(&mut *tx)
    .await?;
    tx.commit().await?;
    small(given)
}

pub(super) async fn of_dossier(db: &SqliteRecords, code: &DossierCode) -> Result<Vec<DocumentRow>, StoreError> {
    let code = code.as_str();
    select(&mut *db.read().await?, |query| {
        query.push(" WHERE d.dossier = ").push_bind(code.to_owned());
    })
    .await
}

pub(super) async fn by_id(db: &SqliteRecords, id: &DocumentId) -> Result<Option<DocumentRow>, StoreError> {
    let found = select(&mut *db.read().await?, |query| {
        query.push(" WHERE d.id = ").push_bind(id.as_str().to_owned());
    })
    .await?;
    Ok(found.into_iter().next())
}

pub(super) async fn all(db: &SqliteRecords) -> Result<Vec<DocumentRow>, StoreError> {
    select(&mut *db.read().await?, |_| {}).await
}

pub(super) async fn of_source(
    db: &SqliteRecords,
    code: &DossierCode,
    source: &Sha256Digest,
) -> Result<Option<DocumentRow>, StoreError> {
    let found = select(&mut *db.read().await?, |query| {
        query.push(" WHERE d.state <> 'removed' AND d.dossier = ").push_bind(code.as_str().to_owned());
        query.push(" AND d.source_digest = ").push_bind(source.to_string());
    })
    .await?;
    Ok(found.into_iter().next())
}

/// Documents under a condition, with pages and stored files: three queries, however many documents.
async fn select(
    conn: &mut SqliteConnection,
    condition: impl Fn(&mut QueryBuilder<Sqlite>),
) -> Result<Vec<DocumentRow>, StoreError> {
    let mut query = QueryBuilder::new(
        "SELECT d.id, d.dossier, d.component, d.state, d.ordinal, d.result_code, d.source, d.source_digest, \
         d.version, f.relative, f.layout FROM document d JOIN file f ON f.id = d.source",
    );
    condition(&mut query);
    query.push(" ORDER BY d.dossier, d.ordinal");
    let mut documents = Vec::new();
    let mut layouts: Vec<PartLayout> = Vec::new();
    for row in query.build().fetch_all(&mut *conn).await? {
        let relative: &str = row.try_get("relative")?;
        layouts.push(json(&row, "layout")?);
        documents.push(DocumentRow {
            id: parsed::<DocumentId>(&row, "id")?,
            dossier: parsed(&row, "dossier")?,
            component: parsed_opt::<ComponentId>(&row, "component")?,
            state: state(&row, "state", AttachmentState::parse)?,
            ordinal: small(row.try_get("ordinal")?)?,
            result_code: row.try_get("result_code")?,
            source: FileId(row.try_get("source")?),
            source_name: name_of(relative).to_owned(),
            source_digest: parsed(&row, "source_digest")?,
            version: small(row.try_get("version")?)?,
            pages: PageLedger::default(),
            physical_pages: Vec::new(),
            renditions: Vec::new(),
        });
    }
    let place: HashMap<String, usize> =
        documents.iter().enumerate().map(|(i, d)| (d.id.as_str().to_owned(), i)).collect();

    let mut query =
        QueryBuilder::new("SELECT p.document, p.state, p.number FROM document d JOIN page p ON p.document = d.id");
    condition(&mut query);
    query.push(" ORDER BY p.file, p.number");
    for row in query.build().fetch_all(&mut *conn).await? {
        let id: &str = row.try_get("document")?;
        if let Some(document) = place.get(id).and_then(|i| documents.get_mut(*i)) {
            count_page(&mut document.pages, row.try_get("state")?, 1)?;
            document.physical_pages.push(small(row.try_get("number")?)?);
        }
    }
    for (document, layout) in documents.iter_mut().zip(&layouts) {
        document.physical_pages.sort_by_key(|page| layout.pages.place_of(*page));
    }

    let mut query = QueryBuilder::new(
        "SELECT r.document, r.kind, r.logical, r.stored, r.digest, r.bytes \
         FROM document d JOIN rendition r ON r.document = d.id",
    );
    condition(&mut query);
    query.push(" ORDER BY r.document, r.position");
    for row in query.build().fetch_all(&mut *conn).await? {
        let id: &str = row.try_get("document")?;
        let rendition = Rendition {
            kind: state(&row, "kind", RenditionKind::parse)?,
            logical: row.try_get("logical")?,
            stored: row.try_get("stored")?,
            digest: parsed(&row, "digest")?,
            bytes: unsigned(row.try_get("bytes")?)?,
        };
        if let Some(document) = place.get(id).and_then(|i| documents.get_mut(*i)) {
            document.renditions.push(rendition);
        }
    }
    Ok(documents)
}
