//! Batches: what came of them, pausing, putting files into the queue again.

use std::sync::Arc;

use sohoa_domain::{EventKind, FileState, PageState};
use sohoa_store::{
    BatchFiles, BatchId, BatchMinute, BatchPage, Completion, Decision, FileId, Ledger, NewRefusal, Records, StoreError,
};

use super::support::*;

/// Ends the next job in review for this reason, with one page.
async fn review(records: &dyn Records, seconds: i64, code: &str) -> FileId {
    let lease = reserve(records, seconds).await;
    let completion = Completion::Review {
        code: code.to_owned(),
        reason: "x".to_owned(),
        documents: Vec::new(),
        loose_pages: vec![(1, PageState::Kept)],
        parts: Vec::new(),
    };
    records.complete(&lease, &completion, &[], at(seconds)).await.unwrap();
    lease.file.id
}

async fn ledger(records: &dyn Records, batch: BatchId) -> Ledger {
    records.batch(batch).await.unwrap().unwrap().files
}

fn wanted(batch: BatchId, state: Option<FileState>, code: Option<&str>) -> BatchFiles {
    BatchFiles { batch, state, code: code.map(str::to_owned), after: None, most: 100 }
}

pub async fn a_batch_says_what_came_of_its_files(records: Arc<dyn Records>) {
    let empty = records.open_batch("ingest", "empty", "", at(0)).await.unwrap();
    let other = records.open_batch("inbox", "quầy 1", "Sở Thử nghiệm", at(0)).await.unwrap();
    let batch = batch(&*records).await;
    attach(&*records, batch, "a.pdf", &code(1), "a").await;
    for name in ["b.pdf", "c.pdf", "d.pdf"] {
        accept(&*records, batch, name, name).await;
    }
    let refusal = NewRefusal {
        batch,
        origin: "/scan/link".to_owned(),
        relative: "link".to_owned(),
        code: "not-a-regular-file".to_owned(),
        detail: String::new(),
    };
    records.refuse(&refusal, at(0), AGENT).await.unwrap();
    let b = review(&*records, 70, "no-dossier").await;
    let c = review(&*records, 130, "dossier-conflict").await;
    let row = records.batch(batch).await.unwrap().unwrap();
    assert_eq!(row.files, Ledger { seen: 5, pending: 1, attached: 1, review: 2, rejected: 1, duplicate: 0 });
    assert_eq!((row.pages.input, row.pages.kept), (3, 3));
    let reasons: Vec<_> = records.batch_reasons(batch).await.unwrap();
    let reasons: Vec<_> = reasons.iter().map(|r| (r.state, r.code.as_str(), r.files)).collect();
    assert_eq!(
        reasons,
        [
            (FileState::Review, "dossier-conflict", 1),
            (FileState::Review, "no-dossier", 1),
            (FileState::Rejected, "not-a-regular-file", 1)
        ]
    );
    // Seconds 2, 70 and 130 after the 20th second of a minute.
    let first = at(0).as_second() / 60;
    let minute = |minute, files| BatchMinute { minute, files, pages: files };
    let minutes = records.batch_minutes(batch, 0).await.unwrap();
    assert_eq!(minutes, [minute(first, 1), minute(first + 1, 1), minute(first + 2, 1)]);
    assert_eq!(records.batch_minutes(batch, first + 2).await.unwrap(), minutes[2..]);
    // What is processed again counts when it ends again.
    records.decide(b, &Decision::Retry, at(200), AGENT).await.unwrap();
    assert_eq!(records.batch(batch).await.unwrap().unwrap().pages.input, 2);
    assert_eq!(records.batch_in_work(batch).await.unwrap(), 0);
    let d = reserve(&*records, 201).await.file.id;
    assert_eq!(records.batch_in_work(batch).await.unwrap(), 1);
    review(&*records, 202, "no-dossier").await;
    let minutes = records.batch_minutes(batch, first + 1).await.unwrap();
    assert_eq!(minutes, [minute(first + 2, 1), minute(first + 3, 1)]);
    let names = async |wanted: BatchFiles| -> Vec<i64> {
        records.batch_files(&wanted).await.unwrap().iter().map(|file| file.id.0).collect()
    };
    assert_eq!(names(wanted(batch, Some(FileState::Review), None)).await, [b.0, c.0]);
    assert_eq!(names(wanted(batch, Some(FileState::Review), Some("no-dossier"))).await, [b.0]);
    assert_eq!(names(BatchFiles { after: Some(c), ..wanted(batch, None, None) }).await, [d.0, d.0 + 1]);

    accept(&*records, other, "e.pdf", "e").await;
    let listed = async |page: BatchPage| -> Vec<BatchId> {
        records.batches(&page).await.unwrap().into_iter().map(|batch| batch.id).collect()
    };
    let all = BatchPage { most: 10, ..BatchPage::default() };
    assert!(records.batch(empty).await.unwrap().is_some());
    assert_eq!(listed(all.clone()).await, [batch, other]);
    assert_eq!(listed(BatchPage { most: 1, ..all.clone() }).await, [batch]);
    assert_eq!(listed(BatchPage { before: Some(batch), ..all.clone() }).await, [other]);
    assert_eq!(listed(BatchPage { agency: "Sở Thử nghiệm".to_owned(), ..all.clone() }).await, [other]);
    assert_eq!(listed(BatchPage { kind: "ingest".to_owned(), ..all.clone() }).await, [batch]);
    assert_eq!(listed(BatchPage { paused: true, ..all }).await, []);
    sound(&*records).await;
}

pub async fn the_jobs_of_a_paused_batch_wait_and_no_counter_does(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let inbox = records.open_batch("inbox", "quầy 1", "", at(0)).await.unwrap();
    let first = accept(&*records, batch, "a.pdf", "a").await;
    let second = accept(&*records, batch, "b.pdf", "b").await;
    let lease = reserve(&*records, 1).await;
    assert_eq!(lease.file.id, first);
    let pause = async |paused, seconds| records.pause_batch(batch, paused, at(seconds), "thu").await.unwrap();
    pause(true, 2).await;
    pause(true, 3).await;
    assert_eq!(records.batch(batch).await.unwrap().unwrap().paused_at, Some(at(2)));
    assert_eq!(records.batches(&BatchPage { paused: true, most: 9, ..BatchPage::default() }).await.unwrap().len(), 1);
    // What is in work may fail and be given back: it waits, too, and so does what comes now.
    records.give_back(&lease, "x", at(2), at(2)).await.unwrap();
    let third = accept(&*records, batch, "c.pdf", "c").await;
    assert_eq!(records.reserve("w1", at(5), MINUTE, 3, None).await.unwrap(), None);
    // The same bytes from a counter do not wait for the batch.
    let counter = accept(&*records, inbox, "z.pdf", "a").await;
    let lease = reserve(&*records, 6).await;
    assert_eq!(lease.file.id, counter);
    records.put_off(&lease, "x", at(500), at(6)).await.unwrap();
    sound(&*records).await;
    pause(false, 7).await;
    for expected in [first, second, third] {
        assert_eq!(reserve(&*records, 8).await.file.id, expected);
    }
    let told = records.events(None).await.unwrap();
    let told: Vec<_> = told.iter().map(|e| e.kind).filter(|k| k.as_str().starts_with("batch_")).collect();
    assert_eq!(told, [EventKind::BatchPaused, EventKind::BatchResumed]);
    assert!(
        matches!(records.pause_batch(inbox, true, at(9), "thu").await, Err(StoreError::NeverPaused(id)) if id == inbox)
    );
    assert!(matches!(records.pause_batch(BatchId(99), true, at(9), "thu").await, Err(StoreError::Unknown(_))));
    sound(&*records).await;
}

pub async fn what_was_put_into_the_queue_again_together_is_taken_back_together(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let mut files = Vec::new();
    for (name, code) in [("a", "no-dossier"), ("b", "no-dossier"), ("c", "page-failed"), ("d", "no-dossier")] {
        accept(&*records, batch, name, name).await;
        files.push(review(&*records, 1, code).await);
    }
    let rerun =
        records.rerun_batch(&wanted(batch, Some(FileState::Review), Some("no-dossier")), at(2), "thu").await.unwrap();
    assert_eq!((rerun.files, rerun.events.1 - rerun.events.0), (3, 2));
    assert_eq!(ledger(&*records, batch).await, Ledger { seen: 4, pending: 3, review: 1, ..Ledger::default() });
    // One is processed meanwhile, about another one a person decides.
    assert_eq!(review(&*records, 3, "dossier-conflict").await, files[0]);
    records.decide(files[1], &Decision::Reject { reason: "x".to_owned() }, at(4), "thu").await.unwrap();
    assert_eq!(records.undo_rerun(batch, rerun.events, at(5), "thu").await.unwrap(), 2);
    assert_eq!(ledger(&*records, batch).await, Ledger { seen: 4, review: 3, rejected: 1, ..Ledger::default() });
    let code = |file: usize| {
        let (records, id) = (records.clone(), files[file]);
        async move { records.file(id).await.unwrap().unwrap().reason_code.unwrap() }
    };
    assert_eq!((code(0).await.as_str(), code(3).await.as_str()), ("no-dossier", "no-dossier"));
    // Once more changes nothing, and neither do the events of another batch.
    assert_eq!(records.undo_rerun(batch, rerun.events, at(6), "thu").await.unwrap(), 0);
    assert_eq!(records.undo_rerun(BatchId(99), (1, 99), at(6), "thu").await.unwrap(), 0);
    // What is not in review or rejected is not put into the queue again.
    for state in [None, Some(FileState::Pending), Some(FileState::Attached)] {
        let rerun = records.rerun_batch(&wanted(batch, state, None), at(7), "thu").await.unwrap();
        assert_eq!(rerun.files, 0, "{state:?}");
    }
    sound(&*records).await;
}
