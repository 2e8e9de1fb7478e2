//! The facts that coverage is counted from, a row a dossier: computed here alone, whoever changes what they follow from.

use serde_json::json;
use sqlx::SqliteConnection;

use super::coverage::sums::{self, Change};
use super::search;
use crate::records::StoreError;

/// Dossiers that are brought up to date, or checked, together.
const CHUNK: i64 = 2000;

/// Facts of the dossiers whose codes are in the JSON array `?1`. A component is there when a document that is it hangs on the
/// dossier in state attached, or one of another dossier that does stands for it. The register writes local time (UTC+7).
const FACTS: &str = "\
    WITH asked AS MATERIALIZED (SELECT value AS code FROM json_each(?1)), \
    paper AS MATERIALIZED (SELECT component.dossier, kind, required AND exempt_reason IS NULL AS due, \
            exempt_reason IS NOT NULL AS exempt, \
            (SELECT min(file.accepted_at) FROM document JOIN file ON file.id = document.source \
              WHERE document.dossier = component.dossier AND document.component = component.id \
                AND document.state = 'attached') AS scanned, \
            EXISTS (SELECT 1 FROM reuse JOIN document ON document.id = reuse.document \
              WHERE reuse.dossier = component.dossier AND reuse.component = component.id \
                AND document.state = 'attached') AS reused \
        FROM component WHERE component.dossier IN (SELECT code FROM asked)), \
    held AS MATERIALIZED (SELECT dossier, kind = 'result' AS is_result, due, exempt, reused, scanned, \
            scanned IS NOT NULL OR reused AS there FROM paper), \
    summed AS MATERIALIZED (SELECT dossier, sum(due) AS due, sum(due AND there) AS there, \
            sum(due AND is_result) AS results_due, sum(due AND is_result AND there) AS results_there, \
            max(is_result AND there) AS has_result, max(NOT is_result AND there) AS has_component, \
            sum(exempt) AS exempt, sum(reused) AS reused, max(iif(due AND NOT is_result, scanned, NULL)) AS last \
        FROM held GROUP BY dossier) \
    SELECT coalesce(substr(received, 1, 10), '') AS day, code AS dossier, agency, counter, procedure, channel, \
           status IS NULL OR status NOT IN (3, 7) AS in_scope, coalesce(status IN (9, 10), 0) AS done, \
           coalesce(due, 0) AS due, coalesce(there, 0) AS there, coalesce(results_due, 0) AS results_due, \
           coalesce(results_there, 0) AS results_there, coalesce(has_result, 0) AS has_result, \
           coalesce(has_component AND (results_due = 0 OR has_result), 0) AS digitized, coalesce(exempt, 0) AS exempt, \
           coalesce(reused, 0) AS reused, \
           EXISTS (SELECT 1 FROM hand_over WHERE hand_over.dossier = code AND documents > 0) AS handed_over, \
           last - unixepoch(received || '+07:00') * 1000000 AS slowest \
    FROM (SELECT dossier.code, received, agency, counter, procedure, channel, status FROM asked \
            CROSS JOIN dossier ON dossier.code = asked.code) LEFT JOIN summed ON summed.dossier = code";

/// Codes that documents hang on and the register does not know, of those in the JSON array `?1`.
const ORPHANS: &str = "\
    SELECT document.dossier, count(*) AS documents, min(file.accepted_at) AS since \
    FROM document JOIN file ON file.id = document.source \
    WHERE document.dossier IN (SELECT value FROM json_each(?1)) AND document.state <> 'removed' \
      AND NOT EXISTS (SELECT 1 FROM dossier WHERE dossier.code = document.dossier) \
    GROUP BY document.dossier";

/// The tables that are computed, and from what.
const TABLES: [(&str, &str); 2] = [("coverage", FACTS), ("orphan", ORPHANS)];

/// Brings the facts of these dossiers up to date. Belongs into every transaction that changes their rows in the register, their
/// documents, what they reuse or that they were handed over.
pub(super) async fn refresh(conn: &mut SqliteConnection, dossiers: &[&str]) -> Result<(), StoreError> {
    if dossiers.is_empty() {
        return Ok(());
    }
    let asked = json!(dossiers).to_string();
    sums::change(conn, &asked, Change::Take).await?;
    sqlx::query("DELETE FROM coverage WHERE dossier IN (SELECT value FROM json_each(?1))")
        .bind(&asked)
        .execute(&mut *conn)
        .await?;
    make(conn, dossiers, &asked).await
}

/// The same for dossiers that the register did not know before: there are no facts of them yet.
pub(super) async fn of_new(conn: &mut SqliteConnection, dossiers: &[&str]) -> Result<(), StoreError> {
    if dossiers.is_empty() {
        return Ok(());
    }
    make(conn, dossiers, &json!(dossiers).to_string()).await
}

async fn make(conn: &mut SqliteConnection, dossiers: &[&str], asked: &str) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM orphan WHERE dossier IN (SELECT value FROM json_each(?1))")
        .bind(asked)
        .execute(&mut *conn)
        .await?;
    for (table, rows) in TABLES {
        let made = format!("INSERT INTO {table} {rows}");
        sqlx::query(sqlx::AssertSqlSafe(made)).bind(asked).execute(&mut *conn).await?;
    }
    sums::change(conn, asked, Change::Add).await?;
    // Filters of the search follow from the same rows.
    search::refresh(conn, dossiers).await
}

/// The same for the dossier of a document and those that it stands in for.
pub(super) async fn refresh_around(
    conn: &mut SqliteConnection,
    dossier: &str,
    document: &str,
) -> Result<(), StoreError> {
    let mut dossiers: Vec<String> = sqlx::query_scalar("SELECT dossier FROM reuse WHERE document = ?1")
        .bind(document)
        .fetch_all(&mut *conn)
        .await?;
    dossiers.push(dossier.to_owned());
    refresh(conn, &dossiers.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// The same for all.
pub(super) async fn refresh_all(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let mut last = String::new();
    while refresh_next(conn, &mut last).await? {}
    Ok(())
}

/// The same for the dossiers that come next after `last`, which is moved on; `false` when there are no more.
pub(super) async fn refresh_next(conn: &mut SqliteConnection, last: &mut String) -> Result<bool, StoreError> {
    let Some(codes) = next(conn, last).await? else { return Ok(false) };
    refresh(conn, &codes.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    Ok(true)
}

/// Says which dossiers have facts that do not follow from the other tables, at most so many.
pub(super) async fn check(conn: &mut SqliteConnection, most: usize) -> Result<Vec<String>, StoreError> {
    let (mut wrong, mut last) = (Vec::new(), String::new());
    // What stands in the tables for a dossier of which nothing else tells.
    for (table, _) in TABLES {
        let sql = format!(
            "SELECT dossier FROM {table} WHERE dossier NOT IN (SELECT code FROM dossier) \
             AND dossier NOT IN (SELECT dossier FROM document)"
        );
        wrong.extend(sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await?);
    }
    while let Some(codes) = next(conn, &mut last).await? {
        let asked = json!(codes).to_string();
        for (table, rows) in TABLES {
            let stands = format!("SELECT * FROM {table} WHERE dossier IN (SELECT value FROM json_each(?1))");
            let sql = format!(
                "SELECT dossier FROM (SELECT * FROM ({stands}) EXCEPT SELECT * FROM ({rows})) UNION \
                 SELECT dossier FROM (SELECT * FROM ({rows}) EXCEPT SELECT * FROM ({stands}))"
            );
            let found = sqlx::query_scalar::<_, String>(sqlx::AssertSqlSafe(sql)).bind(&asked);
            wrong.extend(found.fetch_all(&mut *conn).await?);
        }
        if wrong.len() >= most {
            break;
        }
    }
    wrong.truncate(most);
    Ok(wrong)
}

/// The next codes that the register knows or documents hang on.
async fn next(conn: &mut SqliteConnection, last: &mut String) -> Result<Option<Vec<String>>, StoreError> {
    let codes: Vec<String> = sqlx::query_scalar(
        "SELECT * FROM (SELECT code FROM dossier WHERE code > ?1 ORDER BY code LIMIT ?2) UNION \
         SELECT * FROM (SELECT DISTINCT dossier FROM document WHERE dossier > ?1 ORDER BY dossier LIMIT ?2) \
         ORDER BY 1 LIMIT ?2",
    )
    .bind(&*last)
    .bind(CHUNK)
    .fetch_all(conn)
    .await?;
    match codes.last() {
        Some(code) => code.clone_into(last),
        None => return Ok(None),
    }
    Ok(Some(codes))
}
