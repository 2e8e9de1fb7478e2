//! Search: words as they are written rank before words without their accents, the latest papers first.
//!
//! Every query is answered from the index in blocks of rows, the latest first, until enough is found or the time is over: what a
//! person waits for is bounded, however common the words are.

mod blocks;
mod ranks;
mod scope;

use std::time::Duration;

use sohoa_domain::DossierStatus;
use sohoa_domain::text::{fold, nfc};
use sqlx::{QueryBuilder, Row as _, Sqlite, SqliteConnection};

use super::SqliteRecords;
use super::accept::name_of;
use super::values::{parsed, parsed_opt};
use crate::records::{DossierHit, Found, SearchHit, SearchQuery, StoreError};
use crate::search_words::SearchWords;
use ranks::{Rank, Rows};

pub(super) use scope::{index, refresh};

/// Documents that are counted and ranked; of more it is only said that there are more.
const MOST_COUNTED: usize = 10_000;
/// Applicants of the same name that are ranked.
const MOST_NAMES: u32 = 200;
/// Papers of the same number that are looked at.
const MOST_NUMBERS: u32 = 200;
/// How long is looked for words as they are printed.
const TIME_PRINTED: Duration = Duration::from_millis(30);
/// How long for all.
const TIME: Duration = Duration::from_millis(40);

pub(super) async fn search(db: &SqliteRecords, query: &SearchQuery) -> Result<Found, StoreError> {
    let words = SearchWords::of(&query.words);
    let mut found = Found::default();
    if words.is_empty() || query.most == 0 {
        return Ok(found);
    }
    let mut tx = db.read().await?;
    let mut rows = Rows::default();
    rows.add(Rank::Named, by_name(&mut tx, query).await?);
    rows.add(Rank::Named, by_number(&mut tx, query).await?);
    if query.skip == 0 {
        dossiers(&mut tx, query, &mut found).await?;
    }
    if !query.impersonal {
        found.more |= !rows.collect(&mut tx, query, &words).await?;
    }
    found.more |= rows.count() >= MOST_COUNTED;
    found.counted = u32::try_from(rows.count().min(MOST_COUNTED)).unwrap_or(u32::MAX);
    for (rank, row) in rows.best_first().take(MOST_COUNTED).skip(query.skip as usize).take(query.most as usize) {
        // What is shown is looked at once more by the records themselves.
        if let Some(mut hit) = hit(&mut tx, row, &query.agency).await? {
            hit.exact = rank <= Rank::PrintedWords;
            if rank > Rank::Named {
                let text: &str = &text(&mut tx, row).await?;
                (hit.page, hit.snippet) = words.snippet(text);
            }
            found.documents.push(hit);
        }
    }
    Ok(found)
}

/// The days of reception as conditions on `dossier`. A `+` keeps SQLite from going through all dossiers of a period, where what was
/// typed names few.
fn days(sql: &mut QueryBuilder<Sqlite>, query: &SearchQuery) {
    if let Some(day) = query.from {
        sql.push(" AND +dossier.received >= ").push_bind(day.to_string());
    }
    if let Some(day) = query.to {
        sql.push(" AND +dossier.received < ").push_bind(format!("{day}U"));
    }
}

/// The filters as conditions on `document` and `dossier`, which is joined to it; those of an agency are not gone through either.
fn document_filter(sql: &mut QueryBuilder<Sqlite>, query: &SearchQuery) {
    days(sql, query);
    if !query.agency.is_empty() {
        sql.push(" AND +dossier.agency = ").push_bind(query.agency.clone());
    }
    match query.registered {
        Some(true) => sql.push(" AND dossier.code IS NOT NULL"),
        Some(false) => sql.push(" AND dossier.code IS NULL"),
        None => sql,
    };
    if let Some(kind) = query.kind {
        let of = "(SELECT kind FROM component WHERE component.dossier = document.dossier AND component.id = document.component)";
        sql.push(format!(" AND coalesce({of}, 'unassigned') = ")).push_bind(scope::kind(kind));
    }
}

const DOCUMENT: &str = "SELECT document.row FROM document JOIN file ON file.id = document.source \
     LEFT JOIN dossier ON dossier.code = document.dossier WHERE document.state <> 'removed' AND ";

/// Documents whose dossier code or source file's name, with or without its extension, is what was asked for.
async fn by_name(conn: &mut SqliteConnection, query: &SearchQuery) -> Result<Vec<i64>, StoreError> {
    let name = fold(&query.words);
    let mut sql = QueryBuilder::new(DOCUMENT);
    sql.push("(document.dossier = ").push_bind(query.words.trim().to_uppercase());
    // Names that begin with the wanted one and a full stop lie between it and the character after the full stop.
    sql.push(" OR document.source IN (SELECT id FROM file WHERE name_key = ").push_bind(name.clone());
    sql.push(" OR (name_key > ").push_bind(format!("{name}."));
    sql.push(" AND name_key < ").push_bind(format!("{name}/")).push(")))");
    document_filter(&mut sql, query);
    sql.push(" ORDER BY document.dossier, document.ordinal LIMIT ").push_bind(query.skip + query.most);
    Ok(sql.build_query_scalar().fetch_all(conn).await?)
}

/// Documents of this number and symbol, with or without the year: `15/QĐ-UBND`, `15/2023/QĐ-UBND`.
async fn by_number(conn: &mut SqliteConnection, query: &SearchQuery) -> Result<Vec<i64>, StoreError> {
    let typed = fold(&query.words);
    let Some((number, rest)) = typed.split_once('/') else { return Ok(Vec::new()) };
    let number = number.trim_start_matches("so").trim_start_matches([':', ' ']).trim_start_matches('0');
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let (year, symbol) = rest.split_once('/').unwrap_or(("", rest));
    let mut sql = QueryBuilder::new(DOCUMENT);
    sql.push("document.paper >= ").push_bind(format!("{number}/{year}"));
    sql.push(" AND document.paper < ").push_bind(format!("{number}/{year}\u{10ffff}"));
    sql.push(" AND instr(document.paper, ").push_bind(format!("/{}/", symbol.trim())).push(") > 0");
    document_filter(&mut sql, query);
    sql.push(" ORDER BY document.row DESC LIMIT ").push_bind(MOST_NUMBERS);
    Ok(sql.build_query_scalar().fetch_all(conn).await?)
}

/// Dossiers whose code begins with what was asked for, else those whose applicant is called so.
async fn dossiers(conn: &mut SqliteConnection, query: &SearchQuery, found: &mut Found) -> Result<(), StoreError> {
    if query.kind.is_some() || query.registered == Some(false) {
        return Ok(());
    }
    let typed = query.words.trim().to_uppercase();
    // Codes begin with a letter and have digits in them, which names of people have not.
    let is_code = typed.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b))
        && typed.bytes().any(|b| b.is_ascii_digit());
    if is_code {
        let mut sql = QueryBuilder::new(DOSSIER);
        // All texts that begin so lie before the one with the highest character behind it.
        sql.push("code >= ").push_bind(typed.clone());
        sql.push(" AND code < ").push_bind(format!("{typed}\u{10ffff}"));
        dossier_filter(&mut sql, query);
        sql.push(" ORDER BY code LIMIT ").push_bind(query.most + 1);
        found.dossiers = dossier_hits(conn, sql).await?;
    } else if !query.impersonal {
        found.dossiers = of_applicant(conn, query).await?;
    }
    found.more_dossiers = found.dossiers.len() > query.most as usize;
    found.dossiers.truncate(query.most as usize);
    Ok(())
}

/// The filters as conditions on `dossier` alone: its indices begin with the agency.
fn dossier_filter(sql: &mut QueryBuilder<Sqlite>, query: &SearchQuery) {
    days(sql, query);
    if !query.agency.is_empty() {
        sql.push(" AND dossier.agency = ").push_bind(query.agency.clone());
    }
}

const DOSSIER: &str = "SELECT code, agency, applicant, received, status FROM dossier WHERE ";

/// Dossiers of applicants of this name, then of those whose name begins so; as it is written first, the latest first.
async fn of_applicant(conn: &mut SqliteConnection, query: &SearchQuery) -> Result<Vec<DossierHit>, StoreError> {
    let (name, written) = (fold(&query.words), nfc(query.words.trim()).to_lowercase());
    let mut hits: Vec<DossierHit> = Vec::new();
    for begins in [false, true] {
        let mut sql = QueryBuilder::new(DOSSIER);
        sql.push("applicant_key <> '' AND ");
        if begins {
            // `!` follows the space.
            sql.push("applicant_key > ").push_bind(format!("{name} "));
            sql.push(" AND applicant_key < ").push_bind(format!("{name}!"));
        } else {
            sql.push("applicant_key = ").push_bind(name.clone());
        }
        dossier_filter(&mut sql, query);
        if !begins {
            sql.push(" ORDER BY received DESC");
        }
        sql.push(" LIMIT ").push_bind(MOST_NAMES);
        let mut found = dossier_hits(&mut *conn, sql).await?;
        found.sort_by_key(|hit| !nfc(&hit.applicant).to_lowercase().starts_with(&written));
        hits.extend(found);
        if hits.len() > query.most as usize {
            break;
        }
    }
    Ok(hits)
}

async fn dossier_hits(
    conn: &mut SqliteConnection,
    mut sql: QueryBuilder<Sqlite>,
) -> Result<Vec<DossierHit>, StoreError> {
    let rows = sql.build().fetch_all(conn).await?;
    rows.iter()
        .map(|row| {
            let status: Option<u8> = row.try_get("status")?;
            let wrong = |_| StoreError::Corrupt("column status: not one of its values".to_owned());
            Ok(DossierHit {
                code: parsed(row, "code")?,
                agency: row.try_get("agency")?,
                applicant: row.try_get("applicant")?,
                received: parsed_opt(row, "received")?,
                status: status.map(DossierStatus::new).transpose().map_err(wrong)?,
            })
        })
        .collect()
}

/// What is told of a document; nothing when it is not one of this agency.
async fn hit(conn: &mut SqliteConnection, row: i64, agency: &str) -> Result<Option<SearchHit>, StoreError> {
    let row = sqlx::query(
        "SELECT document.id, document.dossier, document.component, coalesce(component.name, '') AS component_name, \
                coalesce(dossier.agency, '') AS agency, dossier.received, file.relative \
         FROM document JOIN file ON file.id = document.source LEFT JOIN dossier ON dossier.code = document.dossier \
         LEFT JOIN component ON component.dossier = document.dossier AND component.id = document.component \
         WHERE document.row = ?1 AND document.state <> 'removed' AND (?2 = '' OR dossier.agency = ?2)",
    )
    .bind(row)
    .bind(agency)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(SearchHit {
        document: parsed(&row, "id")?,
        dossier: parsed(&row, "dossier")?,
        component: parsed_opt(&row, "component")?,
        component_name: row.try_get("component_name")?,
        agency: row.try_get("agency")?,
        received: parsed_opt(&row, "received")?,
        source_name: name_of(row.try_get("relative")?).to_owned(),
        page: 1,
        snippet: Vec::new(),
        exact: true,
    }))
}

async fn text(conn: &mut SqliteConnection, row: i64) -> Result<String, StoreError> {
    let sql = "SELECT text FROM document_text WHERE document = ?1";
    Ok(sqlx::query_scalar(sql).bind(row).fetch_one(conn).await?)
}

/// Agencies of the register, in order.
pub(super) async fn agencies(db: &SqliteRecords) -> Result<Vec<String>, StoreError> {
    let sql = "WITH RECURSIVE named AS (SELECT min(agency) AS agency FROM dossier UNION ALL \
                 SELECT (SELECT min(agency) FROM dossier WHERE dossier.agency > named.agency) FROM named \
                 WHERE named.agency IS NOT NULL) \
               SELECT agency FROM named WHERE agency <> ''";
    Ok(sqlx::query_scalar(sql).fetch_all(&db.readers).await?)
}
