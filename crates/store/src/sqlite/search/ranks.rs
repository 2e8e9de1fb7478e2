//! Documents whose text has the words, ranked: block by block, as far back as the time allows.

use std::collections::HashSet;
use std::time::Instant;

use sqlx::SqliteConnection;

use super::blocks::{Block, Blocks};
use super::scope;
use super::{MOST_COUNTED, TIME, TIME_PRINTED};
use crate::records::{SearchQuery, StoreError};
use crate::search_words::SearchWords;

/// How many times larger than a block the next one may be.
const MOST_GROWTH: f64 = 8.0;

/// How well a document matches, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Its dossier, file or number is called so.
    Named,
    /// The words are printed in it as they were typed, one after the other.
    PrintedPhrase,
    /// All of them are.
    PrintedWords,
    /// The words without their accents are in it, one after the other.
    Phrase,
    /// All of them are.
    Words,
}

impl Rank {
    const ALL: [Self; 5] = [Self::Named, Self::PrintedPhrase, Self::PrintedWords, Self::Phrase, Self::Words];
}

/// What the index is asked for. Every word is quoted: what the user types is never read as search syntax.
struct Wanted<'a> {
    /// What the filters ask for.
    scope: &'a [String],
    /// All words.
    words: (Rank, String),
    /// They come one after the other; none of a single word.
    phrase: Option<(Rank, String)>,
}

impl<'a> Wanted<'a> {
    fn of(scope: &'a [String], words: &[String], [of_phrase, of_words]: [Rank; 2]) -> Self {
        let mut seen = HashSet::new();
        let quoted: Vec<String> = words.iter().filter(|w| seen.insert(*w)).map(|w| format!("\"{w}\"")).collect();
        Self {
            scope,
            words: (of_words, format!("({})", quoted.join(" AND "))),
            phrase: (words.len() > 1).then(|| (of_phrase, format!("\"{}\"", words.join(" ")))),
        }
    }
}

/// Rows of documents by how well they match.
#[derive(Default)]
pub(super) struct Rows {
    found: [Vec<i64>; Rank::ALL.len()],
    seen: HashSet<i64>,
}

impl Rows {
    /// Adds rows unless they are there in a better rank.
    pub(super) fn add(&mut self, rank: Rank, rows: Vec<i64>) {
        let seen = &mut self.seen;
        self.found[rank as usize].extend(rows.into_iter().filter(|row| seen.insert(*row)));
    }

    pub(super) fn count(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn best_first(&self) -> impl Iterator<Item = (Rank, i64)> {
        Rank::ALL.into_iter().zip(&self.found).flat_map(|(rank, rows)| rows.iter().map(move |row| (rank, *row)))
    }

    /// Takes up the documents that have the words. `false` when the time was over before all were looked through. Words as they are
    /// printed come first, over all documents: they may be rare where the same without accents are in every second one.
    pub(super) async fn collect(
        &mut self,
        conn: &mut SqliteConnection,
        query: &SearchQuery,
        words: &SearchWords,
    ) -> Result<bool, StoreError> {
        let begun = Instant::now();
        let last = sqlx::query_scalar("SELECT coalesce(max(row), 0) FROM document").fetch_one(&mut *conn).await?;
        let (scope, printed) =
            (scope::wanted(query), words.exact.iter().map(|word| scope::printed(word)).collect::<Vec<_>>());
        let printed = Wanted::of(&scope, &printed, [Rank::PrintedPhrase, Rank::PrintedWords]);
        let folded = Wanted::of(&scope, &words.folded, [Rank::Phrase, Rank::Words]);
        self.collect_until(&mut *conn, &printed, last, begun + TIME_PRINTED).await?;
        // What was left out there is found here, if only in a lower rank.
        self.collect_until(conn, &folded, last, begun + TIME).await
    }

    /// Goes through one block at least. Phrases of common words are looked for beyond so many documents as have the words.
    async fn collect_until(
        &mut self,
        conn: &mut SqliteConnection,
        wanted: &Wanted<'_>,
        last: i64,
        until: Instant,
    ) -> Result<bool, StoreError> {
        let (mut blocks, mut rows) = (Blocks::until(last), 0);
        while blocks.any_left() {
            let (begun, block, before) = (Instant::now(), blocks.next(rows), self.count());
            if before < MOST_COUNTED {
                self.collect_block(&mut *conn, wanted, &block).await?;
            } else if let Some((rank, phrase)) = &wanted.phrase
                && self.found[..=*rank as usize].iter().map(Vec::len).sum::<usize>() < MOST_COUNTED
            {
                self.add(*rank, matches(&mut *conn, wanted.scope, phrase, &block).await?);
            } else {
                break;
            }
            let now = Instant::now();
            if now > until && blocks.any_left() {
                return Ok(false);
            }
            // As many as will take half the time that is left, and have no more than are counted: none runs far beyond the end, and
            // beginning one costs something too.
            let left = until.saturating_duration_since(now).as_secs_f64() / 2.0;
            let growth = left / (now - begun).as_secs_f64();
            let needed = match (MOST_COUNTED.saturating_sub(self.count()), self.count() - before) {
                (0, _) | (_, 0) => MOST_GROWTH,
                (needed, new) => needed as f64 / new as f64,
            };
            rows = (block.rows() as f64 * growth.min(needed).min(MOST_GROWTH)) as i64;
        }
        Ok(true)
    }

    async fn collect_block(
        &mut self,
        conn: &mut SqliteConnection,
        wanted: &Wanted<'_>,
        block: &Block,
    ) -> Result<(), StoreError> {
        let (of_words, words) = &wanted.words;
        let with_words = matches(conn, wanted.scope, words, block).await?;
        // Where not all words are, no phrase is.
        if let (false, Some((rank, phrase))) = (with_words.is_empty(), &wanted.phrase) {
            self.add(*rank, matches(conn, wanted.scope, phrase, block).await?);
        }
        self.add(*of_words, with_words);
        Ok(())
    }
}

/// The rows of a block that match, the last first.
async fn matches(
    conn: &mut SqliteConnection,
    scope: &[String],
    words: &str,
    block: &Block,
) -> Result<Vec<i64>, StoreError> {
    let within = scope::has(&block.word);
    let parts: Vec<&str> = [&*within].into_iter().chain(scope.iter().map(String::as_str)).chain([words]).collect();
    // In order of rows FTS5 is quickest, and as one value: handing over thousands of rows takes longer than finding them.
    let rows: String =
        sqlx::query_scalar("SELECT json_group_array(rowid) FROM fulltext WHERE fulltext MATCH ?1 AND rowid <= ?2")
            .bind(parts.join(" AND "))
            .bind(block.last)
            .fetch_one(conn)
            .await?;
    let rows = serde_json::from_str(&rows);
    let mut rows: Vec<i64> = rows.map_err(|_| StoreError::Corrupt("rows of the search".to_owned()))?;
    rows.sort_unstable_by(|a, b| b.cmp(a));
    Ok(rows)
}
