//! Full-text search: words as they are written rank before words without their accents.

use std::collections::HashSet;

use sohoa_domain::text::{fold, nfc};
use sqlx::{Row as _, SqliteConnection};

use super::SqliteRecords;
use super::accept::name_of;
use super::values::parsed;
use crate::records::{SearchHit, StoreError};

/// Characters of a snippet on each side of its first hit.
const AROUND: usize = 60;

/// Whether a character belongs to a word: letters, digits and the marks that they carry.
fn in_word(c: char) -> bool {
    c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c)
}

/// The words of a text, lower case, in NFC.
fn words(text: &str) -> Vec<String> {
    let lower = nfc(text).to_lowercase();
    lower.split(|c| !in_word(c)).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// Takes a document's text into the index, in place of an earlier one.
pub(super) async fn index(conn: &mut SqliteConnection, row: i64, text: &str) -> Result<(), StoreError> {
    let exact = words(text);
    let folded: Vec<String> = exact.iter().map(|w| fold(w)).collect();
    sqlx::query("DELETE FROM fulltext WHERE rowid = ?1").bind(row).execute(&mut *conn).await?;
    sqlx::query("INSERT INTO fulltext (rowid, exact, folded) VALUES (?1, ?2, ?3)")
        .bind(row)
        .bind(exact.join(" "))
        .bind(folded.join(" "))
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "INSERT INTO document_text (document, text) VALUES (?1, ?2) \
         ON CONFLICT (document) DO UPDATE SET text = excluded.text",
    )
    .bind(row)
    .bind(text)
    .execute(conn)
    .await?;
    Ok(())
}

/// All words quoted, for one column: what the user types is never read as search syntax.
fn query(column: &str, words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{}\"", w.replace('"', "\"\""))).collect();
    format!("{column} : ({})", quoted.join(" AND "))
}

pub(super) async fn search(db: &SqliteRecords, wanted: &str, limit: u32) -> Result<Vec<SearchHit>, StoreError> {
    let exact = words(wanted);
    let folded: Vec<String> = exact.iter().map(|w| fold(w)).collect();
    let mut hits: Vec<SearchHit> = Vec::new();
    let mut seen = HashSet::new();
    if exact.is_empty() || limit == 0 {
        return Ok(hits);
    }
    let mut tx = db.read().await?;
    by_name(&mut tx, wanted, limit, &mut hits).await?;
    seen.extend(hits.iter().map(|hit| hit.document.clone()));
    for (column, words, is_exact) in [("exact", &exact, true), ("folded", &folded, false)] {
        // The best ones first, their text then: a text may be as long as a book.
        let rows = sqlx::query(
            "WITH hit AS MATERIALIZED (\
                 SELECT document.row AS row, bm25(fulltext) AS score FROM fulltext \
                 JOIN document ON document.row = fulltext.rowid \
                 WHERE fulltext MATCH ?1 AND document.state <> 'removed' ORDER BY score, document.row LIMIT ?2) \
             SELECT document.id, document.dossier, file.relative, document_text.text FROM hit \
             JOIN document ON document.row = hit.row JOIN file ON file.id = document.source \
             JOIN document_text ON document_text.document = hit.row ORDER BY hit.score, hit.row",
        )
        .bind(query(column, words))
        .bind(i64::from(limit))
        .fetch_all(&mut *tx)
        .await?;
        for row in rows {
            let normal = |word: &str| if is_exact { nfc(word).to_lowercase() } else { fold(word) };
            let hit = SearchHit {
                document: parsed(&row, "id")?,
                dossier: parsed(&row, "dossier")?,
                source_name: name_of(row.try_get("relative")?).to_owned(),
                snippet: snippet(row.try_get("text")?, |word| words.contains(&normal(word))),
                exact: is_exact,
            };
            if hits.len() < limit as usize && seen.insert(hit.document.clone()) {
                hits.push(hit);
            }
        }
    }
    Ok(hits)
}

/// Documents whose dossier code or source file's name, with or without its extension, is what was asked for.
async fn by_name(
    conn: &mut SqliteConnection,
    wanted: &str,
    limit: u32,
    hits: &mut Vec<SearchHit>,
) -> Result<(), StoreError> {
    // Names that begin with the wanted one and a full stop lie between it and the character after the full stop.
    let rows = sqlx::query(
        "SELECT document.id, document.dossier, file.relative FROM document JOIN file ON file.id = document.source \
         WHERE (document.dossier = ?1 OR document.source IN (SELECT id FROM file \
                    WHERE name_key = ?2 OR (name_key > ?2 || '.' AND name_key < ?2 || '/'))) \
           AND document.state <> 'removed' \
         ORDER BY document.dossier, document.ordinal LIMIT ?3",
    )
    .bind(wanted.trim().to_uppercase())
    .bind(fold(wanted.trim()))
    .bind(i64::from(limit))
    .fetch_all(conn)
    .await?;
    for row in rows {
        let source_name = name_of(row.try_get("relative")?).to_owned();
        hits.push(SearchHit {
            document: parsed(&row, "id")?,
            dossier: parsed(&row, "dossier")?,
            snippet: source_name.clone(),
            source_name,
            exact: true,
        });
    }
    Ok(())
}

/// The text around the first hit on one line, words that were asked for between `[` and `]`. Accents, case and
/// punctuation are those of the text.
fn snippet(text: &str, is_hit: impl Fn(&str) -> bool) -> String {
    let mut hits: Vec<(usize, usize)> = Vec::new();
    let mut to = text.len();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (in_word(c), start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                if is_hit(&text[from..at]) {
                    if hits.is_empty() {
                        to = text[at..].char_indices().nth(AROUND).map_or(text.len(), |(i, _)| at + i);
                    }
                    hits.push((from, at));
                }
                start = None;
            }
            _ => {}
        }
        if at > to {
            break;
        }
    }
    let Some((first, _)) = hits.first() else { return String::new() };
    let from = text[..*first].char_indices().rev().nth(AROUND).map_or(0, |(i, _)| i);
    let (mut out, mut done) = (String::new(), from);
    for (a, b) in hits.iter().filter(|(_, b)| *b <= to) {
        out.push_str(&text[done..*a]);
        out.push('[');
        out.push_str(&text[*a..*b]);
        out.push(']');
        done = *b;
    }
    out.push_str(&text[done..to]);
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snippets_show_the_printed_words() {
        let text = "Căn cứ đơn đề nghị,\ncấp GIẤY phép xây dựng.";
        assert_eq!(snippet(text, |w| fold(w) == "giay"), "Căn cứ đơn đề nghị, cấp [GIẤY] phép xây dựng.");
        assert_eq!(snippet(text, |w| fold(w) == "khong"), "");
    }

    #[test]
    fn search_syntax_is_only_words() {
        assert_eq!(words("\"a\" OR b* NEAR(c)"), ["a", "or", "b", "near", "c"]);
        assert_eq!(query("exact", &["a".to_owned(), "b".to_owned()]), "exact : (\"a\" AND \"b\")");
    }
}
