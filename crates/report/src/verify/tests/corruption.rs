//! Random corruptions of a small store: verification finds each.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;

use super::{Home, overwrite};

/// What somebody who can write everywhere may do to a store.
#[derive(Debug, Clone)]
enum Corruption {
    /// A bit of a file is another.
    Flip { file: usize, place: usize, bit: u8 },
    /// A file is gone.
    Remove { file: usize },
    /// A file is cut.
    Cut { file: usize, to: usize },
    /// Bytes come behind the end of a file.
    Append { file: usize },
    /// Two files change places.
    Swap { file: usize, other: usize },
    /// A file that belongs to nothing.
    Stray { beside: usize },
    /// The records say something else: a statement, tried on the row that this number picks.
    Rows { statement: usize, row: usize },
}

/// Statements that make the records lie; `?1` picks a row. Each changes something that a person relies on.
const LIES: [&str; 30] = [
    "UPDATE doubtful_field SET page = page + 1",
    "UPDATE file SET state = 'rejected', reason_code = 'x' WHERE id = 1 + ?1 % 4",
    "UPDATE file SET reason_code = 'other' WHERE state = 'review'",
    "UPDATE file SET relative = relative || 'x' WHERE id = 1 + ?1 % 4",
    "UPDATE file SET bytes = bytes + 1 WHERE id = 1 + ?1 % 4",
    "UPDATE file SET digest = replace(digest, substr(digest, 1, 1), '0') || '' WHERE id = 1 + ?1 % 4 AND digest NOT LIKE '0%'",
    "UPDATE file SET accepted_at = accepted_at + 1 WHERE id = 1 + ?1 % 4",
    "DELETE FROM file WHERE id = 4",
    "UPDATE document SET state = 'removed' WHERE row = 1 + ?1 % 3",
    "UPDATE document SET component = 'TP1' WHERE row = 1 + ?1 % 3",
    "UPDATE document SET result_code = result_code || '9' WHERE row = 1 + ?1 % 3",
    "UPDATE document SET evidence = '[]' WHERE row = 1 + ?1 % 3",
    "UPDATE document SET version = version + 1 WHERE row = 1 + ?1 % 3",
    "DELETE FROM rendition WHERE document = (SELECT id FROM document WHERE row = 1 + ?1 % 3) AND kind = 'pdf'",
    "UPDATE rendition SET bytes = bytes + 1 WHERE document = (SELECT id FROM document WHERE row = 1 + ?1 % 3) AND kind = 'pdf'",
    "UPDATE page SET state = 'blank' WHERE file = 1 + ?1 % 4",
    "DELETE FROM page WHERE file = 1 + ?1 % 4",
    "INSERT INTO page (file, number, state) VALUES (1 + ?1 % 4, 2, 'kept')",
    "UPDATE dossier SET agency = 'x' WHERE code LIKE '%' || (1 + ?1 % 2)",
    "DELETE FROM component",
    "INSERT INTO dossier (code, agency, counter, applicant) VALUES ('H41.20-230615-0009', '', '', '')",
    "UPDATE event SET event = replace(event, '\"test\"', '\"tess\"') WHERE id = 1 + ?1 % 12",
    "UPDATE event SET chain = replace(chain, substr(chain, 1, 1), '0') WHERE id = 1 + ?1 % 12 AND chain NOT LIKE '0%'",
    "DELETE FROM event WHERE id >= 1 + ?1 % 12",
    "UPDATE coverage SET digitized = 1 - digitized WHERE dossier LIKE '%' || (1 + ?1 % 2)",
    "UPDATE coverage SET slowest = 1 WHERE dossier LIKE '%' || (1 + ?1 % 2)",
    "DELETE FROM coverage WHERE dossier LIKE '%' || (1 + ?1 % 2)",
    "INSERT INTO orphan (dossier, documents, since) VALUES ('H41.20-230615-0009', 1, 0)",
    "INSERT INTO hand_over (dossier, form, documents, at) VALUES ('H41.20-230615-0001', 'x', 0, ?1)",
    "UPDATE event SET id = id + 1000 WHERE id = 1 + ?1 % 12",
];

fn corruption() -> impl Strategy<Value = Corruption> {
    let n = any::<prop::sample::Index>().prop_map(|i| i.index(1 << 20));
    prop_oneof![
        3 => (n.clone(), n.clone(), 0u8..8).prop_map(|(file, place, bit)| Corruption::Flip { file, place, bit }),
        1 => n.clone().prop_map(|file| Corruption::Remove { file }),
        1 => (n.clone(), n.clone()).prop_map(|(file, to)| Corruption::Cut { file, to }),
        1 => n.clone().prop_map(|file| Corruption::Append { file }),
        1 => (n.clone(), n.clone()).prop_map(|(file, other)| Corruption::Swap { file, other }),
        1 => n.clone().prop_map(|beside| Corruption::Stray { beside }),
        4 => (0..LIES.len(), n).prop_map(|(statement, row)| Corruption::Rows { statement, row }),
    ]
}

/// Does it; false when it changes nothing.
async fn corrupt(home: &Home, corruption: &Corruption) -> bool {
    let files = home.files();
    let pick = |n: usize| &files[n % files.len()];
    let is_published = |path: &Path| path.starts_with(&home.checkpoints.published[0]);
    match *corruption {
        Corruption::Flip { file, place, bit } => {
            let mut bytes = fs::read(pick(file)).unwrap();
            let at = place % bytes.len();
            bytes[at] ^= 1 << bit;
            overwrite(pick(file), &bytes);
        }
        // A published copy that is gone is published again: nothing is lost by it.
        Corruption::Remove { file } if is_published(pick(file)) => return false,
        Corruption::Remove { file } => fs::remove_file(pick(file)).unwrap(),
        Corruption::Cut { file, to } => {
            let bytes = fs::read(pick(file)).unwrap();
            overwrite(pick(file), &bytes[..to % bytes.len()]);
        }
        Corruption::Append { file } => {
            let mut bytes = fs::read(pick(file)).unwrap();
            bytes.push(b' ');
            overwrite(pick(file), &bytes);
        }
        Corruption::Swap { file, other } => {
            let (a, b) = (fs::read(pick(file)).unwrap(), fs::read(pick(other)).unwrap());
            if a == b {
                return false;
            }
            overwrite(pick(file), &b);
            overwrite(pick(other), &a);
        }
        Corruption::Stray { beside }
            if is_published(pick(beside)) || pick(beside).starts_with(&home.checkpoints.own) =>
        {
            return false;
        }
        Corruption::Stray { beside } => fs::write(pick(beside).with_file_name("stray"), b"stray").unwrap(),
        Corruption::Rows { statement, row } => return home.lie(LIES[statement], row).await,
    }
    true
}

impl Home {
    /// Runs a statement with everything switched off that guards the rows; false when it changed nothing.
    pub(super) async fn lie(&self, statement: &'static str, row: usize) -> bool {
        use sqlx::{ConnectOptions as _, Connection as _};
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(self.dir.path().join("sohoa.db"));
        let mut conn = options.foreign_keys(false).connect().await.unwrap();
        let guards: Vec<(String, String)> =
            sqlx::query_as("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
                .fetch_all(&mut conn)
                .await
                .unwrap();
        for (name, _) in &guards {
            sqlx::query(sqlx::AssertSqlSafe(format!("DROP TRIGGER {name}"))).execute(&mut conn).await.unwrap();
        }
        let row = i64::try_from(row).unwrap();
        let done = sqlx::query(statement).bind(row).execute(&mut conn).await;
        for (_, sql) in guards {
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
        }
        conn.close().await.unwrap();
        done.is_ok_and(|d| d.rows_affected() > 0)
    }
}

/// `SOHOA_MUTATIONS` says how many; `make mutations` asks for 1,000.
#[test]
#[allow(clippy::print_stdout)]
fn random_corruptions_are_each_found() {
    let wanted: usize = std::env::var("SOHOA_MUTATIONS").map_or(60, |n| n.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut done, mut kinds) = (0, BTreeMap::<String, usize>::new());
    while done < wanted {
        let corruption = corruption().new_tree(&mut runner).unwrap().current();
        let found = runtime.block_on(async {
            let home = Home::new().await;
            assert_eq!(home.problems(None).await, [], "a false alarm");
            if !corrupt(&home, &corruption).await {
                return None;
            }
            Some(home.problems(None).await)
        });
        let Some(found) = found else { continue };
        assert!(
            !found.is_empty(),
            "not found: {corruption:?} {}",
            match corruption {
                Corruption::Rows { statement, .. } => LIES[statement],
                _ => "",
            }
        );
        *kinds.entry(found[0].0.to_string()).or_default() += 1;
        done += 1;
    }
    println!("{done} corruptions, each found; first named as {kinds:?}");
}
