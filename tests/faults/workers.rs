//! A database that another process locks, and a worker that freezes.

use std::time::{Duration, Instant};

use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};

use super::{CODE, PATIENCE, PAUSES, UNCLAIMED, block_on, ends_well, home, inbox, put, told_once, wait_for_files};
use crate::support::{Serving, TestHome, jpeg, register_csv};

/// A connection of this process to the home's database: another process than those of the home.
async fn database(home: &TestHome) -> SqliteConnection {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(home.path().join("sohoa.db"));
    options.busy_timeout(Duration::from_millis(500)).connect().await.unwrap()
}

/// Attempts of the one job that is in work; `None` when there is none.
async fn in_work(database: &mut SqliteConnection) -> Option<i64> {
    let attempts = sqlx::query_scalar("SELECT attempts FROM job WHERE state = 'leased'");
    attempts.fetch_optional(database).await.unwrap()
}

async fn wait_for_attempt(home: &TestHome, database: &mut SqliteConnection, attempt: i64) {
    let begun = Instant::now();
    while in_work(database).await != Some(attempt) {
        let log = || format!("attempt {attempt} did not come:\n{}", home.log());
        assert!(begun.elapsed() < Duration::from_secs(PATIENCE), "{}", log());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[test]
fn a_database_locked_by_another_process_makes_the_work_wait() {
    let home = home("fake-slow:1500");
    home.register(&register_csv(&[(CODE, "")]));
    let serve = home.serve();
    put(&inbox(&home), "1.jpg", &jpeg(1));
    block_on(async {
        let mut other = database(&home).await;
        wait_for_attempt(&home, &mut other, 1).await;
        let lock = loop {
            if let Ok(lock) = other.begin_with("BEGIN EXCLUSIVE").await {
                break lock;
            }
        };
        put(&inbox(&home), "2.jpg", &jpeg(2));
        // Both have waited as long as SQLite does, and failed.
        home.wait_for_log(PATIENCE, PAUSES, 1);
        home.wait_for_log(PATIENCE, UNCLAIMED, 1);
        let ledger = home.status();
        assert_eq!((&ledger["files"]["pending"], &ledger["inboxes"][0]["files"]), (&1.into(), &1.into()), "{ledger}");
        lock.rollback().await.unwrap();
    });
    ends_well(&home, 2);
    serve.stop();
    assert!(home.log().contains("the database is busy"), "{}", home.log());
}

/// Freezes a worker while it does not write: all others would wait for the database until it wakes.
async fn freeze(worker: &Serving, database: &mut SqliteConnection) {
    loop {
        worker.signal("-STOP");
        match database.begin_with("BEGIN IMMEDIATE").await {
            Ok(lock) => return lock.rollback().await.unwrap(),
            Err(_) => worker.signal("-CONT"),
        }
    }
}

#[test]
fn a_worker_that_freezes_and_wakes_doubles_nothing() {
    let home = home("fake-slow:4000");
    home.change_settings(|text| {
        text.replace("lease_seconds = 60\n", "lease_seconds = 1\n").replace("max_attempts = 1\n", "max_attempts = 2\n")
    });
    home.register(&register_csv(&[(CODE, "")]));
    put(&home.dir.path().join("scans"), "1.jpg", &jpeg(1));
    home.run(&["ingest", home.dir.path().join("scans").to_str().unwrap()]).ends_with(0);
    let one = home.start(home.command(&["work", "--workers", "1"]));
    let other = block_on(async {
        let mut database = database(&home).await;
        wait_for_attempt(&home, &mut database, 1).await;
        freeze(&one, &mut database).await;
        let other = home.start(home.command(&["work", "--workers", "1"]));
        wait_for_attempt(&home, &mut database, 2).await;
        one.signal("-CONT");
        other
    });
    home.wait_for_log(PATIENCE, "the lease was lost", 1);
    wait_for_files(&home, "attached", 1);
    // What the first had in work is over, too.
    one.stop();
    other.stop();
    ends_well(&home, 1);
    told_once(&home, "file processed");
    crate::demo::the_packages_are_ocfl(&home);
    let versions = walkdir::WalkDir::new(home.path().join("ocfl")).into_iter().map(Result::unwrap);
    assert_eq!(versions.filter(|e| e.file_name() == "v1" || e.file_name() == "v2").count(), 1);
}
