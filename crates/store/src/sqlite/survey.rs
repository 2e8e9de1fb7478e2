//! One state of the records, shown to a witness: every event, then every dossier of a period.

use std::collections::BTreeMap;
use std::io;

use jiff::civil::Date;
use sohoa_domain::{ComponentId, DocumentId, DossierCode, Sha256Digest};
use sqlx::{QueryBuilder, Row as _};

use super::SqliteRecords;
use super::register::{DOSSIER, entry};
use super::values::{json, unsigned};
use crate::durable::is_no_space;
use crate::records::{RenditionKind, StandingDocument, StoreError, Witness};

/// Events that are read together.
const EVENTS: i64 = 10_000;
/// Dossiers that are read together.
const DOSSIERS: usize = 500;

/// The documents in state attached as one JSON array of arrays: those of the dossier, and for reused ones the component that
/// they stand for here.
const DOCUMENTS: &str = ", (SELECT json_group_array(json_array(d.id, hung.component, d.dossier, d.source_digest, \
                             json((SELECT json_group_object(kind, digest) FROM rendition WHERE rendition.document = d.id))) \
                             ORDER BY d.id, hung.component) \
                         FROM (SELECT id, component FROM document WHERE dossier = dossier.code \
                               UNION ALL SELECT document, component FROM reuse WHERE reuse.dossier = dossier.code) hung \
                         JOIN document d ON d.id = hung.id AND d.state = 'attached') AS documents \
                         FROM dossier WHERE received >= ";

/// One document in that array.
type DocumentRow = (DocumentId, Option<ComponentId>, DossierCode, Sha256Digest, BTreeMap<RenditionKind, Sha256Digest>);

pub(super) async fn survey(
    db: &SqliteRecords,
    from: Date,
    to: Date,
    witness: &mut dyn Witness,
) -> Result<(), StoreError> {
    let mut tx = db.read().await?;
    let mut last = 0_i64;
    loop {
        let rows = sqlx::query("SELECT id, event FROM event WHERE id > ?1 ORDER BY id LIMIT ?2")
            .bind(last)
            .bind(EVENTS)
            .fetch_all(&mut *tx)
            .await?;
        let Some(row) = rows.last() else { break };
        last = row.try_get("id")?;
        for row in &rows {
            witness.event(row.try_get("event")?).map_err(failed)?;
        }
    }
    let undated = sqlx::query_scalar("SELECT count(*) FROM dossier WHERE received IS NULL").fetch_one(&mut *tx).await?;
    witness.undated(unsigned(undated)?);

    // Behind the last day of the calendar there is nothing that could be left out.
    let end = to.tomorrow().map_or_else(|_| "a".to_owned(), |day| day.to_string());
    let mut after = String::new();
    loop {
        let mut query = QueryBuilder::new(DOSSIER);
        query.push(DOCUMENTS).push_bind(from.to_string()).push(" AND received < ").push_bind(end.clone());
        query.push(" AND code > ").push_bind(after).push(format!(" ORDER BY code LIMIT {DOSSIERS}"));
        let rows = query.build().fetch_all(&mut *tx).await?;
        let Some(row) = rows.last() else { return Ok(()) };
        after = row.try_get("code")?;
        for row in &rows {
            let documents: Vec<DocumentRow> = json(row, "documents")?;
            let document =
                |(id, component, dossier, source, files)| StandingDocument { id, component, dossier, source, files };
            witness.dossier(entry(row)?, documents.into_iter().map(document).collect()).map_err(failed)?;
        }
    }
}

fn failed(error: io::Error) -> StoreError {
    let what = format!("what is written about it: {error}");
    if is_no_space(&error) { StoreError::Unavailable(what) } else { StoreError::Other(what) }
}
