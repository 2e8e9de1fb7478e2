//! What screens ask for: dossiers page by page, what waits for one of them, where the history ends.

use sohoa_domain::DossierCode;
use sqlx::{QueryBuilder, Row as _};

use super::SqliteRecords;
use super::accept::{self, FILE};
use super::events;
use super::values::{parsed, parsed_opt};
use crate::records::{DossierLine, DossierPage, FileRow, FileSeen, StoreError};

pub(super) async fn dossiers(db: &SqliteRecords, page: &DossierPage) -> Result<Vec<DossierLine>, StoreError> {
    let mut query = QueryBuilder::new("SELECT code, agency, counter, received, due, status FROM dossier WHERE code ");
    let after = page.after.as_ref().map_or("", DossierCode::as_str);
    let begins = page.begins.as_deref().unwrap_or_default();
    // One lower bound: of two, SQLite begins at the first, however far from the second.
    let (bound, from) = if after >= begins { ("> ", after) } else { (">= ", begins) };
    query.push(bound).push_bind(from.to_owned());
    if !page.agency.is_empty() {
        query.push(" AND agency = ").push_bind(page.agency.clone());
    }
    if !begins.is_empty() {
        // All texts that begin so lie before the one with the highest character behind it.
        query.push(" AND code < ").push_bind(format!("{begins}\u{10ffff}"));
    }
    query.push(" ORDER BY code LIMIT ").push_bind(page.most);
    let rows = query.build().fetch_all(&db.readers).await?;
    rows.iter()
        .map(|row| {
            let status: Option<u8> = row.try_get("status")?;
            let wrong = |_| StoreError::Corrupt("column status: not one of its values".to_owned());
            Ok(DossierLine {
                code: parsed(row, "code")?,
                agency: row.try_get("agency")?,
                counter: row.try_get("counter")?,
                received: parsed_opt(row, "received")?,
                due: parsed_opt(row, "due")?,
                status: status.map(sohoa_domain::DossierStatus::new).transpose().map_err(wrong)?,
            })
        })
        .collect()
}

pub(super) async fn open_files(db: &SqliteRecords, code: &DossierCode) -> Result<Vec<FileRow>, StoreError> {
    let mut query = QueryBuilder::new(FILE);
    // Those of the dossier are few, those that wait may be many: `+` keeps SQLite from going through the latter.
    query.push("WHERE +state IN ('pending', 'review') AND (dossier = ").push_bind(code.as_str().to_owned());
    query.push(" OR session = ").push_bind(code.as_str().to_owned());
    query.push(") ORDER BY id");
    query.build().fetch_all(&db.readers).await?.iter().map(accept::row).collect()
}

pub(super) async fn files_of_dossier(
    db: &SqliteRecords,
    code: &DossierCode,
    most: u32,
) -> Result<Vec<FileSeen>, StoreError> {
    let mut conn = db.readers.acquire().await?;
    let mut query = QueryBuilder::new(FILE);
    query.push("WHERE id IN (SELECT id FROM file WHERE dossier = ").push_bind(code.as_str().to_owned());
    query.push(" UNION SELECT id FROM file WHERE session = ").push_bind(code.as_str().to_owned());
    query.push(" UNION SELECT source FROM document WHERE state <> 'removed' AND dossier = ");
    query.push_bind(code.as_str().to_owned()).push(") ORDER BY id DESC LIMIT ").push_bind(most);
    let mut seen = Vec::new();
    for row in query.build().fetch_all(&mut *conn).await? {
        let file = accept::row(&row)?;
        let in_work: bool = match file.state {
            sohoa_domain::FileState::Pending => {
                sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM job WHERE file = ?1 AND state = 'leased')")
                    .bind(file.id.0)
                    .fetch_one(&mut *conn)
                    .await?
            }
            _ => false,
        };
        seen.push(FileSeen { file, in_work });
    }
    Ok(seen)
}

pub(super) async fn last_event(db: &SqliteRecords) -> Result<i64, StoreError> {
    events::last_number(&mut *db.readers.acquire().await?).await
}
