//! What waits for a person, as screens ask for it.

use sqlx::Row as _;

use super::SqliteRecords;
use super::values::{parsed_opt, small, timestamp};
use crate::records::{BatchId, FileId, ReviewLine, StoreError};

pub(super) async fn lines(db: &SqliteRecords) -> Result<Vec<ReviewLine>, StoreError> {
    let rows = sqlx::query(
        "SELECT f.id, f.batch, b.label, f.origin, f.relative, f.reason_code, coalesce(f.dossier, f.session) AS named, \
                r.agency, f.accepted_at \
         FROM file f JOIN batch b ON b.id = f.batch LEFT JOIN dossier r ON r.code = coalesce(f.dossier, f.session) \
         WHERE f.state = 'review' ORDER BY f.id",
    )
    .fetch_all(&db.readers)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(ReviewLine {
                file: FileId(row.try_get("id")?),
                batch: BatchId(row.try_get("batch")?),
                batch_label: row.try_get("label")?,
                origin: row.try_get("origin")?,
                relative: row.try_get("relative")?,
                code: row.try_get("reason_code")?,
                dossier: parsed_opt(row, "named")?,
                agency: row.try_get("agency")?,
                accepted_at: timestamp(row.try_get("accepted_at")?)?,
            })
        })
        .collect()
}

pub(super) async fn pages(db: &SqliteRecords, file: FileId) -> Result<u32, StoreError> {
    let last: i64 = sqlx::query_scalar("SELECT coalesce(max(number), 0) FROM page WHERE file = ?1")
        .bind(file.0)
        .fetch_one(&db.readers)
        .await?;
    small(last)
}
