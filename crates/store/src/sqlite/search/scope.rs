//! What stands in the index of a document: its words as they are printed (`=được`) and without accents (`duoc`), and words of ours
//! (`@result`) for whose it is, what it is, when its dossier was received and between which rows its own lies, so that filters are
//! answered like any other word.

use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::json;
use sohoa_domain::Sha256Digest;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};

use super::blocks;
use crate::records::{PaperKind, SearchQuery, StoreError};
use crate::search_words::SearchWords;

/// Earliest and latest year for which days are words.
const YEARS: (i16, i16) = (1900, 2200);

/// A document's row, what its words follow from, and those that it was indexed with.
const DOCUMENTS: &str = "SELECT document.row, document.state, dossier.agency, dossier.received, component.kind, document_text.scope \
     FROM document JOIN document_text ON document_text.document = document.row \
     LEFT JOIN dossier ON dossier.code = document.dossier \
     LEFT JOIN component ON component.dossier = document.dossier AND component.id = document.component WHERE ";

/// Takes a document's text into the index, in place of an earlier one.
pub(in crate::sqlite) async fn index(conn: &mut SqliteConnection, row: i64, text: &str) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO document_text (document, text) VALUES (?1, ?2) \
         ON CONFLICT (document) DO UPDATE SET text = excluded.text",
    )
    .bind(row)
    .bind(text)
    .execute(&mut *conn)
    .await?;
    let sql = format!("{DOCUMENTS} document.row = ?1");
    let document = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(row).fetch_one(&mut *conn).await?;
    write(conn, row, &scope(&document)?).await
}

/// Brings the index up to date with whose the documents of these dossiers are. Belongs where the facts of coverage are computed.
pub(in crate::sqlite) async fn refresh(conn: &mut SqliteConnection, dossiers: &[&str]) -> Result<(), StoreError> {
    let sql = format!("{DOCUMENTS} document.dossier IN (SELECT value FROM json_each(?1))");
    let asked = json!(dossiers).to_string();
    for document in sqlx::query(sqlx::AssertSqlSafe(sql)).bind(asked).fetch_all(&mut *conn).await? {
        let (now, before): (String, String) = (scope(&document)?, document.try_get("scope")?);
        if now != before {
            write(conn, document.try_get("row")?, &now).await?;
        }
    }
    Ok(())
}

/// Writes a document's row of the index; one without words of ours is in it no more.
async fn write(conn: &mut SqliteConnection, row: i64, scope: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM fulltext WHERE rowid = ?1").bind(row).execute(&mut *conn).await?;
    let text: String = sqlx::query_scalar("UPDATE document_text SET scope = ?2 WHERE document = ?1 RETURNING text")
        .bind(row)
        .bind(scope)
        .fetch_one(&mut *conn)
        .await?;
    if scope.is_empty() {
        return Ok(());
    }
    let SearchWords { exact, folded } = SearchWords::of_text(&text);
    sqlx::query("INSERT INTO fulltext (rowid, words) VALUES (?1, ?2)")
        .bind(row)
        .bind(format!(
            "{scope} {} {}",
            exact.iter().map(|word| printed(word)).collect::<Vec<_>>().join(" "),
            folded.join(" ")
        ))
        .execute(conn)
        .await?;
    Ok(())
}

/// A word as it is printed, as it stands in the index.
pub(super) fn printed(word: &str) -> String {
    format!("={word}")
}

/// The words of a kind, as the register calls it.
pub(super) fn kind(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Component => "component",
        PaperKind::Result => "result",
        PaperKind::Unassigned => "unassigned",
    }
}

/// The words of ours of a document; none when it was taken off its dossier.
fn scope(document: &SqliteRow) -> Result<String, StoreError> {
    if document.try_get::<&str, _>("state")? == "removed" {
        return Ok(String::new());
    }
    let mut words = blocks::around(document.try_get("row")?);
    words.push(document.try_get::<Option<&str>, _>("kind")?.unwrap_or("unassigned").to_owned());
    match document.try_get::<Option<&str>, _>("agency")? {
        Some(agency) => words.extend(["registered".to_owned(), self::agency(agency)]),
        None => words.push("unregistered".to_owned()),
    }
    let received: Option<&str> = document.try_get("received")?;
    if let Some(day) = received.and_then(|at| at.get(..10)).and_then(|day| day.parse::<Date>().ok()) {
        words.extend([year(day), month(day), self::day(day)]);
    }
    Ok(words.iter().map(|word| ours(word)).collect::<Vec<_>>().join(" "))
}

/// A word of ours, as it stands in the index.
fn ours(word: &str) -> String {
    format!("@{word}")
}

/// The condition that a document has this word of ours.
pub(super) fn has(word: &str) -> String {
    format!("\"{}\"", ours(word))
}

fn agency(agency: &str) -> String {
    let mut digest = Sha256Digest::of(agency.as_bytes()).to_string();
    digest.truncate(16);
    format!("a{digest}")
}

fn year(day: Date) -> String {
    format!("y{:04}", day.year())
}

fn month(day: Date) -> String {
    format!("m{:04}{:02}", day.year(), day.month())
}

fn day(day: Date) -> String {
    format!("d{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

/// What the filters ask for, each part a condition of the index.
pub(super) fn wanted(query: &SearchQuery) -> Vec<String> {
    let mut parts = Vec::new();
    if !query.agency.is_empty() {
        parts.push(has(&agency(&query.agency)));
    }
    parts.extend(query.kind.map(|kind| has(self::kind(kind))));
    parts.extend(query.registered.map(|known| has(if known { "registered" } else { "unregistered" })));
    if query.from.is_some() || query.to.is_some() {
        let days: Vec<String> = days(query.from, query.to).iter().map(|word| has(word)).collect();
        parts.push(format!("({})", days.join(" OR ")));
    }
    parts
}

/// A period (inclusive days) as whole years, whole months and days.
fn days(from: Option<Date>, to: Option<Date>) -> Vec<String> {
    let first = jiff::civil::date(YEARS.0, 1, 1);
    let (mut at, to) = (from.unwrap_or(first).max(first), to.unwrap_or(jiff::civil::date(YEARS.1, 12, 31)));
    let to = to.min(jiff::civil::date(YEARS.1, 12, 31));
    let mut words = Vec::new();
    while at <= to {
        let (length, word) = if at.day_of_year() == 1 && at.last_of_year() <= to {
            (1.year(), year(at))
        } else if at.day() == 1 && at.last_of_month() <= to {
            (1.month(), month(at))
        } else {
            (1.day(), day(at))
        };
        words.push(word);
        at = at.saturating_add(length);
    }
    if words.is_empty() {
        // A period that ends before it begins has no days, and an empty list would be no query.
        words.push("none".to_owned());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_years_months_and_days() {
        let period = |from: &str, to: &str| days(from.parse().ok(), to.parse().ok());
        assert_eq!(period("2023-06-15", "2023-06-16"), ["d20230615", "d20230616"]);
        assert_eq!(period("2022-11-30", "2024-02-01"), ["d20221130", "m202212", "y2023", "m202401", "d20240201"]);
        assert_eq!(period("2023-02-01", "2023-02-28"), ["m202302"]);
        assert_eq!(period("2023-06-16", "2023-06-15"), ["none"]);
        assert_eq!(days(None, None).len(), 301);
    }
}
