//! The two sums that have to close, and what the database says of itself.

use sqlx::Row as _;

use super::SqliteRecords;
use super::events;
use super::values::unsigned;
use crate::records::{Ledger, PageLedger, StoreError};

pub(super) async fn files(db: &SqliteRecords) -> Result<Ledger, StoreError> {
    let mut tx = db.read().await?;
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM file").fetch_one(&mut *tx).await?;
    let mut ledger = Ledger { seen: unsigned(seen)?, ..Ledger::default() };
    for row in sqlx::query("SELECT state, count(*) FROM file GROUP BY state").fetch_all(&mut *tx).await? {
        let (state, count): (&str, i64) = (row.try_get(0)?, row.try_get(1)?);
        let place = match state {
            "pending" => &mut ledger.pending,
            "attached" => &mut ledger.attached,
            "review" => &mut ledger.review,
            "rejected" => &mut ledger.rejected,
            "duplicate" => &mut ledger.duplicate,
            _ => return Err(StoreError::Corrupt("column state: not one of its words".to_owned())),
        };
        *place = unsigned(count)?;
    }
    Ok(ledger)
}

pub(super) async fn pages(db: &SqliteRecords) -> Result<PageLedger, StoreError> {
    let mut tx = db.read().await?;
    let all: i64 = sqlx::query_scalar("SELECT count(*) FROM page").fetch_one(&mut *tx).await?;
    let mut ledger = PageLedger { input: unsigned(all)?, ..PageLedger::default() };
    for row in sqlx::query("SELECT state, count(*) FROM page GROUP BY state").fetch_all(&mut *tx).await? {
        let count = unsigned(row.try_get(1)?)?;
        *place(&mut ledger, row.try_get(0)?)? = count;
    }
    Ok(ledger)
}

/// Adds pages of one state to a document's count.
pub(super) fn count_page(ledger: &mut PageLedger, state: &str, pages: u64) -> Result<(), StoreError> {
    *place(ledger, state)? += pages;
    ledger.input += pages;
    Ok(())
}

fn place<'a>(ledger: &'a mut PageLedger, state: &str) -> Result<&'a mut u64, StoreError> {
    match state {
        "kept" => Ok(&mut ledger.kept),
        "separator" => Ok(&mut ledger.separator),
        "blank" => Ok(&mut ledger.blank),
        "failed" => Ok(&mut ledger.failed),
        _ => Err(StoreError::Corrupt("column state: not one of its words".to_owned())),
    }
}

pub(super) async fn self_check(db: &SqliteRecords) -> Result<Vec<String>, StoreError> {
    let mut problems = Vec::new();
    let (files, pages) = (files(db).await?, pages(db).await?);
    if files.seen != files.pending + files.attached + files.review + files.rejected + files.duplicate {
        problems.push("the files by state do not add up to the files seen".to_owned());
    }
    if pages.input != pages.kept + pages.separator + pages.blank + pages.failed {
        problems.push("the pages by state do not add up to the pages that came in".to_owned());
    }
    let mut tx = db.read().await?;
    let said: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check(20)").fetch_all(&mut *tx).await?;
    problems.extend(said.into_iter().filter(|line| line != "ok").map(|line| format!("integrity check: {line}")));
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await? {
        let (table, parent): (&str, &str) = (row.try_get(0)?, row.try_get(2)?);
        problems.push(format!("a row of {table} points at no row of {parent}"));
    }
    let without_pages: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM file WHERE state = 'attached' AND NOT EXISTS (SELECT 1 FROM page WHERE page.file = file.id)",
    )
    .fetch_one(&mut *tx)
    .await?;
    if without_pages > 0 {
        problems.push(format!("{without_pages} attached files have no pages"));
    }
    problems.extend(events::check_chain(&mut tx).await?);
    Ok(problems)
}
