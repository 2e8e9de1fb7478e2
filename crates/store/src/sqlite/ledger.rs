//! The conservation ledgers, and the check of the database itself.

use sohoa_domain::{FileState, PageState};
use sqlx::{ConnectOptions as _, Connection as _, Row as _, SqliteConnection};

use super::SqliteRecords;
use super::connect::connect_options;
use super::coverage::sums;
use super::values::unsigned;
use super::{batches, events, facts};
use crate::records::{Ledger, PageLedger, StoreError};

pub(super) async fn files(db: &SqliteRecords) -> Result<Ledger, StoreError> {
    count_files(&mut *db.read().await?).await
}

pub(super) async fn pages(db: &SqliteRecords) -> Result<PageLedger, StoreError> {
    count_pages(&mut *db.read().await?).await
}

/// Adds pages of one stored state.
pub(super) fn count_page(ledger: &mut PageLedger, state: &str, pages: u64) -> Result<(), StoreError> {
    let state = PageState::parse(state).ok_or_else(|| StoreError::Corrupt("the state of a page".to_owned()))?;
    ledger.input += pages;
    *match state {
        PageState::Kept => &mut ledger.kept,
        PageState::Separator => &mut ledger.separator,
        PageState::Blank => &mut ledger.blank,
        PageState::Failed => &mut ledger.failed,
    } += pages;
    Ok(())
}

fn of_state(ledger: &mut Ledger, state: FileState) -> &mut u64 {
    match state {
        FileState::Pending => &mut ledger.pending,
        FileState::Attached => &mut ledger.attached,
        FileState::Review => &mut ledger.review,
        FileState::Rejected => &mut ledger.rejected,
        FileState::Duplicate => &mut ledger.duplicate,
    }
}

/// Adds files of one state.
pub(super) fn count_file(ledger: &mut Ledger, state: FileState, files: u64) {
    ledger.seen += files;
    *of_state(ledger, state) += files;
}

/// `seen` is counted on its own, so that the sum of the states is a statement and not a definition. The caller's
/// transaction makes both counts see the same rows.
async fn count_files(conn: &mut SqliteConnection) -> Result<Ledger, StoreError> {
    let seen: i64 = sqlx::query_scalar("SELECT count(*) FROM file").fetch_one(&mut *conn).await?;
    let mut ledger = Ledger { seen: unsigned(seen)?, ..Ledger::default() };
    for row in sqlx::query("SELECT state, count(*) FROM file GROUP BY state").fetch_all(conn).await? {
        *of_state(&mut ledger, super::values::state(&row, "state", FileState::parse)?) = unsigned(row.try_get(1)?)?;
    }
    Ok(ledger)
}

async fn count_pages(conn: &mut SqliteConnection) -> Result<PageLedger, StoreError> {
    let input: i64 = sqlx::query_scalar("SELECT count(*) FROM page").fetch_one(&mut *conn).await?;
    let mut ledger = PageLedger::default();
    for row in sqlx::query("SELECT state, count(*) FROM page GROUP BY state").fetch_all(conn).await? {
        count_page(&mut ledger, row.try_get(0)?, unsigned(row.try_get(1)?)?)?;
    }
    ledger.input = unsigned(input)?;
    Ok(ledger)
}

/// Statements that have to find nothing, with the sentence when they find something. Each returns row numbers.
const RULES: [(&str, &str); 8] = [
    (
        "SELECT file FROM page GROUP BY file HAVING max(number) <> count(*)",
        "the pages of this file do not run from 1 to the last",
    ),
    (
        "SELECT id FROM file WHERE state = 'pending' AND id IN (SELECT file FROM page)",
        "this file is pending but has pages",
    ),
    (
        "SELECT id FROM file WHERE state = 'attached' AND id NOT IN (SELECT source FROM document WHERE state <> 'removed')",
        "this file is attached but has no document",
    ),
    (
        "SELECT id FROM file WHERE (state = 'pending') <> (id IN (SELECT file FROM job WHERE state <> 'done'))",
        "this file is pending without a job, or has a job without being pending",
    ),
    (
        "SELECT job.file FROM job JOIN file ON file.id = job.file JOIN batch ON batch.id = file.batch \
         WHERE job.state <> 'done' AND job.held <> (batch.paused_at IS NOT NULL)",
        "the job of this file is held while its batch goes on, or is not while it is paused",
    ),
    (
        "SELECT d.source FROM document d JOIN page p ON p.document = d.id WHERE p.file <> d.source",
        "a document of this file has pages of another file",
    ),
    (
        "SELECT d.source FROM document d WHERE d.state <> 'removed' AND NOT EXISTS (SELECT 1 FROM page p WHERE p.document = d.id)",
        "a document of this file has no page",
    ),
    (
        "SELECT d.source FROM document d JOIN file f ON f.id = d.source WHERE d.source_digest IS NOT f.digest",
        "a document of this file names another digest than the file",
    ),
];

/// Rows that are missing: SQLite keeps the largest number that it ever gave, also when the row is gone.
const GONE: [(&str, &str); 3] = [
    ("files", "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'file'), 0) - count(*) FROM file"),
    (
        "segments",
        "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'segment'), 0) - count(*) FROM segment",
    ),
    ("events", "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'event'), 0) - count(*) FROM event"),
];

/// Dossiers with wrong facts that are told.
const MOST_WRONG: usize = 100;

/// What SQLite says of the file. It was seen to complain of the full-text index while another connection wrote, and of nothing
/// afterwards: a complaint counts when a new connection, which remembers nothing of the file, says it while nobody writes.
async fn integrity(db: &SqliteRecords) -> Result<Vec<String>, StoreError> {
    let heard = complaints(&mut *db.read().await?).await?;
    if heard.is_empty() {
        return Ok(heard);
    }
    let Ok(alone) = db.write().await else { return Ok(heard) };
    let Ok(mut fresh) = connect_options(&db.path).connect().await else { return Ok(heard) };
    let heard = complaints(&mut fresh).await?;
    fresh.close().await?;
    alone.rollback().await?;
    Ok(heard)
}

async fn complaints(conn: &mut SqliteConnection) -> Result<Vec<String>, StoreError> {
    let mut lines: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(conn).await?;
    lines.retain(|line| line != "ok");
    Ok(lines)
}

pub(super) async fn self_check(db: &SqliteRecords) -> Result<Vec<String>, StoreError> {
    let mut problems: Vec<String> =
        integrity(db).await?.into_iter().map(|line| format!("database file: {line}")).collect();
    let mut tx = db.read().await?;
    for row in sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut *tx).await? {
        let (table, parent): (&str, &str) = (row.try_get(0)?, row.try_get(2)?);
        problems.push(format!("a row of table {table} points at a missing row of table {parent}"));
    }

    // A word that is no state is one more problem, not the end of the check.
    match count_files(&mut tx).await {
        Ok(f) if f.seen == f.pending + f.attached + f.review + f.rejected + f.duplicate => {}
        Ok(f) => problems.push(format!("files: {} were seen, but the states do not add up to that", f.seen)),
        Err(StoreError::Corrupt(what)) => problems.push(format!("files: {what}")),
        Err(error) => return Err(error),
    }
    for (what, sql) in GONE {
        let gone: i64 = sqlx::query_scalar(sql).fetch_one(&mut *tx).await?;
        if gone != 0 {
            problems.push(format!("{what}: {gone} that were recorded once are gone"));
        }
    }
    match count_pages(&mut tx).await {
        Ok(p) if p.input == p.kept + p.separator + p.blank + p.failed => {}
        Ok(p) => problems.push(format!("pages: {} came in, but the states do not add up to that", p.input)),
        Err(StoreError::Corrupt(what)) => problems.push(format!("pages: {what}")),
        Err(error) => return Err(error),
    }
    for (sql, sentence) in RULES {
        let rows: Vec<i64> = sqlx::query_scalar(sql).fetch_all(&mut *tx).await?;
        problems.extend(rows.iter().map(|id| format!("file {id}: {sentence}")));
    }
    problems.extend(batches::check(&mut tx).await?);
    let wrong = facts::check(&mut tx, MOST_WRONG).await?;
    problems.extend(wrong.iter().map(|code| format!("dossier {code}: what coverage is counted from is wrong")));
    let wrong = sums::check(&mut tx).await?;
    problems.extend(wrong.iter().map(|month| format!("month {month:?}: the sums of coverage are wrong")));
    problems.extend(events::check_chain(&mut tx).await?);
    Ok(problems)
}
