//! Files in the watched folder that could not be imported. They follow from nothing that is kept, and need not.

use sqlx::Row as _;

use crate::records::{RefusedRegister, StoreError};
use crate::sqlite::SqliteRecords;
use crate::sqlite::values::{signed, unsigned};

pub(in crate::sqlite) async fn refused(db: &SqliteRecords) -> Result<Vec<RefusedRegister>, StoreError> {
    let rows = sqlx::query("SELECT path, bytes, modified_ns, code, bad_lines FROM register_refused ORDER BY path")
        .fetch_all(&db.readers)
        .await?;
    rows.iter()
        .map(|row| {
            Ok(RefusedRegister {
                path: row.try_get("path")?,
                bytes: unsigned(row.try_get("bytes")?)?,
                modified_ns: row.try_get("modified_ns")?,
                code: row.try_get("code")?,
                bad_lines: unsigned(row.try_get("bad_lines")?)?,
            })
        })
        .collect()
}

pub(in crate::sqlite) async fn refuse(db: &SqliteRecords, file: &RefusedRegister) -> Result<(), StoreError> {
    sqlx::query("INSERT OR REPLACE INTO register_refused (path, bytes, modified_ns, code, bad_lines) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(&file.path)
        .bind(signed(file.bytes)?)
        .bind(file.modified_ns)
        .bind(&file.code)
        .bind(signed(file.bad_lines)?)
        .execute(&db.writer)
        .await?;
    Ok(())
}

pub(in crate::sqlite) async fn forget_refused(db: &SqliteRecords, path: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM register_refused WHERE path = ?1").bind(path).execute(&db.writer).await?;
    Ok(())
}
