//! Pauses, and files that are processed again: they are verified, and come back when the database is made anew.

use sohoa_store::{BatchFiles, BatchRow, Records as _, SqliteRecords};

use super::*;

async fn row(records: &SqliteRecords, batch: BatchId) -> BatchRow {
    records.batch(batch).await.unwrap().unwrap()
}

#[tokio::test]
async fn what_is_counted_of_a_batch_and_its_pause_follow_from_the_events() {
    let home = Home::new().await;
    let (records, batch) = (&home.records, home.batch);
    let at = |minutes: i64| NOW + SignedDuration::from_mins(minutes);
    let failed = BatchFiles { batch, state: Some(FileState::Review), code: None, after: None, most: 10 };
    for paused in [true, false, true] {
        records.pause_batch(batch, paused, at(1), "an-archivist").await.unwrap();
    }
    let rerun = records.rerun_batch(&failed, at(2), "an-archivist").await.unwrap();
    assert_eq!(rerun.files, 1);
    assert_eq!(home.problems(None).await, []);
    // It ends once more, later, in another way; that is taken back.
    records.pause_batch(batch, false, at(3), "an-archivist").await.unwrap();
    let minute = SignedDuration::from_mins(1);
    let lease = records.reserve("test", at(4), minute, 3, None).await.unwrap().unwrap();
    let rejected = Completion::Rejected { code: "truncated".to_owned(), reason: "test".to_owned() };
    records.complete(&lease, &rejected, &[], at(4)).await.unwrap();
    assert_eq!(home.problems(None).await, []);
    assert_eq!(records.undo_rerun(batch, rerun.events, at(5), "an-archivist").await.unwrap(), 1);
    records.pause_batch(batch, true, at(6), "an-archivist").await.unwrap();
    assert_eq!(home.problems(None).await, []);

    home.log.seal(records).await.unwrap();
    let path = home.dir.path().join("again.db");
    let rebuilt = SqliteRecords::rebuild(&path, &home.stores().objects, NOW).await.unwrap();
    assert_eq!(rebuilt.problems, Vec::<String>::new());
    let again = SqliteRecords::open(&path).await.unwrap();
    assert_eq!(row(&again, batch).await, row(records, batch).await);
    let minutes = again.batch_minutes(batch, 0).await.unwrap();
    assert_eq!(minutes, records.batch_minutes(batch, 0).await.unwrap());
    assert_eq!(minutes.iter().map(|minute| (minute.minute, minute.files)).collect::<Vec<_>>(), [(0, 3), (4, 1)]);
}

#[tokio::test]
async fn a_pause_that_no_event_tells_of_is_told() {
    let home = Home::new().await;
    for (lie, table) in [
        ("UPDATE batch SET paused_at = 7", "batch_with_files"),
        ("UPDATE batch SET agency = 'another'", "batch_with_files"),
        ("UPDATE file SET ended_at = 7 WHERE id = 1", "file"),
    ] {
        assert!(home.lie(lie, 0).await, "{lie}");
        let told = home.verify(None).await.problems;
        assert!(told.iter().any(|p| format!("{p:?}").contains(table)), "{table}: {told:?}");
    }
}
