//! Documents for the dossiers of a database, without scans: `fill DATABASE [SHARE [WORDS]]`. Of each thousand components SHARE (875 when
//! it is not said) get a document of one page, accepted some hours after reception, with a text of so many words (none when it is not
//! said). Rows only, for measurements: no bytes are stored, no event is told, so verification finds fault with such a home.

#![allow(clippy::print_stdout)]

mod text;

use std::error::Error;
use std::path::Path;

use sohoa_store::SqliteRecords;
use sqlx::sqlite::{SqliteConnectOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

/// Components that get a document, in order of dossiers, with a number and when their file came in. The numbers scatter evenly and
/// are the same each time.
const CHOSEN: &str = "CREATE TEMP TABLE chosen AS \
    SELECT row_number() OVER () AS n, dossier, id, position, accepted FROM ( \
        SELECT component.dossier, id, position, \
               (coalesce(unixepoch(received || '+07:00'), 1600000000) + position * 9 * 3600) * 1000000 AS accepted, \
               row_number() OVER () AS place \
        FROM component JOIN dossier ON dossier.code = component.dossier) WHERE place * 7919 % 1000 < ?1";

const ROWS: [&str; 5] = [
    "INSERT INTO batch (kind, label, opened_at, day) VALUES ('ingest', 'made for measurements', 0, '1970-01-01')",
    "INSERT INTO file (batch, origin, relative, name_key, inode, modified_ns, digest, bytes, state, accepted_at, released) \
     SELECT (SELECT max(id) FROM batch), '/fill/' || n, n || '.pdf', n || '.pdf', n, n, printf('%064x', n), 1, 'attached', \
            accepted, 1 FROM chosen ORDER BY n",
    "INSERT INTO ordinal (dossier, document, ordinal) SELECT dossier, printf('%024x', n), position FROM chosen",
    "INSERT INTO document (id, dossier, component, state, ordinal, result_code, source, source_digest, part, version, evidence, \
                           recorded_at) \
     SELECT printf('%024x', n), dossier, id, 'attached', position, dossier || '.' || position, n, printf('%064x', n), 0, 1, '{}', \
            accepted FROM chosen ORDER BY n",
    "INSERT INTO page (file, number, state, document) SELECT n, 1, 'kept', printf('%024x', n) FROM chosen ORDER BY n",
];

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let path = args.next().ok_or("fill DATABASE [SHARE]")?;
    let share: i64 = args.next().map_or(Ok(875), |share| share.parse())?;
    let words: usize = args.next().map_or(Ok(0), |words| words.parse())?;
    let records = SqliteRecords::open(Path::new(&path)).await?;
    let options = SqliteConnectOptions::new().filename(&path).synchronous(SqliteSynchronous::Off);
    let mut conn: SqliteConnection = options.foreign_keys(false).connect().await?;
    let files: i64 = sqlx::query_scalar("SELECT count(*) FROM file").fetch_one(&mut conn).await?;
    if files > 0 {
        return Err("this database has files already".into());
    }
    let mut tx = conn.begin().await?;
    sqlx::query(CHOSEN).bind(share).execute(&mut *tx).await?;
    for sql in ROWS {
        sqlx::query(sql).execute(&mut *tx).await?;
    }
    let chosen: i64 = sqlx::query_scalar("SELECT count(*) FROM chosen").fetch_one(&mut *tx).await?;
    if words > 0 {
        let pages = text::Pages::new(words);
        for number in 1..=chosen {
            let (text, paper) = pages.page(number);
            let row = sqlx::query(
                "INSERT INTO document_text (document, text) SELECT row, ?2 FROM document WHERE id = printf('%024x', ?1)",
            );
            row.bind(number).bind(text).execute(&mut *tx).await?;
            let row = sqlx::query("UPDATE document SET paper = ?2 WHERE id = printf('%024x', ?1)");
            row.bind(number).bind(paper).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    conn.close().await?;
    records.recount().await?;
    records.close().await;
    println!("{chosen} documents");
    Ok(())
}
