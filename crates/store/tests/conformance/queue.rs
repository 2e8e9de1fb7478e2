//! Reserving, leases, attempts.

use std::collections::HashSet;
use std::sync::Arc;

use sohoa_domain::{EventKind, FileState};
use sohoa_store::{Completion, Records, StoreError, Waiting};

use super::support::*;

fn rejected() -> Completion {
    Completion::Rejected { code: "malformed".to_owned(), reason: "cannot be read".to_owned() }
}

pub async fn jobs_come_oldest_first_and_those_of_inboxes_before(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let inbox = records.open_batch("inbox", "quầy 1", "", at(0)).await.unwrap();
    let a = accept(&*records, batch, "a", "a").await;
    let b = accept(&*records, batch, "b", "b").await;
    let c = accept(&*records, inbox, "c", "c").await;
    let mut order = Vec::new();
    while let Some(lease) = records.reserve("w", at(1), MINUTE, 3, None).await.unwrap() {
        assert_eq!(lease.attempt, 1);
        order.push(lease.file.id);
    }
    assert_eq!(order, [c, a, b]);
}

pub async fn a_batch_can_be_worked_alone(records: Arc<dyn Records>) {
    let (one, two) = (batch(&*records).await, batch(&*records).await);
    accept(&*records, one, "a", "a").await;
    let b = accept(&*records, two, "b", "b").await;
    let lease = records.reserve("w", at(1), MINUTE, 3, Some(two)).await.unwrap().unwrap();
    assert_eq!(lease.file.id, b);
    assert!(records.reserve("w", at(1), MINUTE, 3, Some(two)).await.unwrap().is_none());
    // The attempts of the other batch are left alone too.
    assert!(records.reserve("w", at(1), MINUTE, 0, Some(two)).await.unwrap().is_none());
    assert_eq!(records.files(Some(one), Some(FileState::Pending)).await.unwrap().len(), 1);
}

pub async fn a_lease_that_ran_out_goes_to_another_and_the_first_writes_nothing(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "a", "a").await;
    let first = records.reserve("w", at(0), MINUTE, 3, None).await.unwrap().unwrap();
    assert!(records.reserve("w", at(59), MINUTE, 3, None).await.unwrap().is_none());
    // Run out, but not reserved again: it is no longer held either.
    let late = records.complete(&first, &rejected(), &[], at(60)).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    let second = records.reserve("w", at(60), MINUTE, 3, None).await.unwrap().unwrap();
    assert_eq!((second.job, second.file.id, second.attempt), (first.job, id, 2));
    assert_ne!(second.token, first.token);

    let events = records.events(None).await.unwrap();
    let told = [event(EventKind::Rejected, None, "late")];
    for outcome in [
        records.complete(&first, &rejected(), &told, at(61)).await.map(|_| ()),
        records.heartbeat(&first, at(500)).await,
        records.give_back(&first, "late", at(62), at(61)).await,
    ] {
        assert!(matches!(outcome, Err(StoreError::LeaseLost)), "{outcome:?}");
    }
    assert_eq!(records.events(None).await.unwrap(), events);
    assert_eq!(records.file(id).await.unwrap().unwrap().state, FileState::Pending);

    assert_eq!(records.complete(&second, &rejected(), &told, at(61)).await.unwrap(), FileState::Rejected);
    let again = records.complete(&second, &rejected(), &told, at(62)).await;
    assert!(matches!(again, Err(StoreError::LeaseLost)), "{again:?}");
    sound(&*records).await;
}

pub async fn a_heartbeat_keeps_the_lease(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    records.heartbeat(&lease, at(100)).await.unwrap();
    assert!(records.reserve("w2", at(99), MINUTE, 3, None).await.unwrap().is_none());
    records.complete(&lease, &rejected(), &[], at(99)).await.unwrap();
}

pub async fn a_job_given_back_waits(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    records.give_back(&lease, "no disk space", at(100), at(10)).await.unwrap();
    assert!(records.reserve("w", at(99), MINUTE, 3, None).await.unwrap().is_none());
    assert_eq!(reserve(&*records, 100).await.attempt, 2);
    let events = records.events(None).await.unwrap();
    assert_eq!(events[1].kind, EventKind::Retried);
    assert!(events[1].detail.contains("no disk space"));
    sound(&*records).await;
}

pub async fn a_clock_set_back_holds_nothing_up(records: Arc<dyn Records>) {
    const DAY: i64 = 86_400;
    let batch = batch(&*records).await;
    let dead = accept(&*records, batch, "a", "a").await;
    let alive = accept(&*records, batch, "b", "b").await;
    let given_back = accept(&*records, batch, "c", "c").await;
    let untouched = accept(&*records, batch, "d", "d").await;
    let leases = [reserve(&*records, 0).await, reserve(&*records, 0).await, reserve(&*records, 0).await];
    records.give_back(&leases[2], "x", at(2 * DAY), at(0)).await.unwrap();
    // The worker that lives sets the end of its lease by the new clock and keeps it.
    records.heartbeat(&leases[1], at(60 - DAY)).await.unwrap();
    for id in [dead, given_back, untouched] {
        assert_eq!(reserve(&*records, -DAY).await.file.id, id);
    }
    assert!(records.reserve("w", at(59 - DAY), MINUTE, 3, None).await.unwrap().is_none());
    let late = records.complete(&leases[0], &rejected(), &[], at(1 - DAY)).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    assert_eq!(leases[1].file.id, alive);
    records.complete(&leases[1], &rejected(), &[], at(1 - DAY)).await.unwrap();
    sound(&*records).await;
}

pub async fn a_clock_set_forward_lets_one_commit(records: Arc<dyn Records>) {
    const DAY: i64 = 86_400;
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "a", "a").await;
    let first = reserve(&*records, 0).await;
    let second = reserve(&*records, DAY).await;
    assert_eq!((second.file.id, second.attempt), (id, 2));
    for (lease, is_held) in [(first, false), (second, true)] {
        let document = document(&*records, &lease, &code(1), "").await;
        let done = records.complete(&lease, &attached(document), &[], at(DAY + 1)).await;
        assert!(if is_held { done.is_ok() } else { matches!(done, Err(StoreError::LeaseLost)) }, "{done:?}");
    }
    assert_eq!(records.documents(&code(1)).await.unwrap().len(), 1);
    sound(&*records).await;
}

pub async fn an_attempt_put_off_is_not_counted(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "a", "a").await;
    let mut tokens = HashSet::new();
    for n in 0..5 {
        let lease = records.reserve("w", at(n * 100), MINUTE, 1, None).await.unwrap().unwrap();
        assert!(tokens.insert(lease.token.clone()), "a token was given twice");
        // Its lease has run out, but no one else has the job.
        records.put_off(&lease, "no space", at(n * 100 + 99), at(n * 100 + 61)).await.unwrap();
        assert!(records.reserve("w", at(n * 100 + 98), MINUTE, 1, None).await.unwrap().is_none());
        let again = records.put_off(&lease, "no space", at(0), at(0)).await;
        assert!(matches!(again, Err(StoreError::LeaseLost)), "{again:?}");
    }
    assert_eq!(records.waiting().await.unwrap(), [Waiting { reason: "no space".to_owned(), files: 1 }]);
    // One that fails by itself is counted.
    let lease = records.reserve("w", at(600), MINUTE, 1, None).await.unwrap().unwrap();
    records.give_back(&lease, "x", at(600), at(600)).await.unwrap();
    assert!(records.reserve("w", at(600), MINUTE, 1, None).await.unwrap().is_none());
    let row = records.file(id).await.unwrap().unwrap();
    assert_eq!((row.state, row.reason.as_deref()), (FileState::Review, Some("1 attempts failed; x")));
    assert_eq!(records.waiting().await.unwrap(), []);
    sound(&*records).await;
}

pub async fn attempts_that_are_used_up_go_to_a_person(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let told = accept(&*records, batch, "a", "a").await;
    for n in 0..2 {
        let lease = records.reserve("w", at(n), MINUTE, 2, None).await.unwrap().unwrap();
        records.give_back(&lease, "the recognizer stopped", at(n), at(n)).await.unwrap();
    }
    let died = accept(&*records, batch, "b", "b").await;
    // The first file is handed over on the way, the second is reserved and its workers never come back.
    for (second, attempt) in [(10, 1), (80, 2)] {
        let lease = records.reserve("w", at(second), MINUTE, 2, None).await.unwrap().unwrap();
        assert_eq!((lease.file.id, lease.attempt), (died, attempt));
    }
    assert!(records.reserve("w", at(200), MINUTE, 2, None).await.unwrap().is_none());
    for (id, why) in [(told, "the recognizer stopped"), (died, "did not come back")] {
        let row = records.file(id).await.unwrap().unwrap();
        assert_eq!((row.state, row.reason_code.as_deref()), (FileState::Review, Some("attempts-exhausted")));
        assert!(row.reason.unwrap().contains(why));
    }
    let events = records.events(None).await.unwrap();
    assert_eq!(events.iter().filter(|e| e.kind == EventKind::SentToReview).count(), 2);
    assert_eq!(records.pending(None).await.unwrap(), 0);
    assert!(records.reserve("w", at(999), MINUTE, 99, None).await.unwrap().is_none());
    sound(&*records).await;
}

pub async fn workers_never_share_a_job(records: Arc<dyn Records>) {
    const FILES: usize = 40;
    let batch = batch(&*records).await;
    for n in 0..FILES {
        accept(&*records, batch, &n.to_string(), &n.to_string()).await;
    }
    let worker = |name: String| {
        let records = records.clone();
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(lease) = records.reserve(&name, at(1), MINUTE, 3, None).await.unwrap() {
                records.heartbeat(&lease, at(90)).await.unwrap();
                let document = document(&*records, &lease, &code(7), "").await;
                records.complete(&lease, &attached(document), &[], at(2)).await.unwrap();
                mine.push((lease.file.id, lease.token));
            }
            mine
        })
    };
    let workers: Vec<_> = (0..6).map(|n| worker(format!("w{n}"))).collect();
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    assert_eq!(all.len(), FILES);
    assert_eq!(all.iter().map(|(id, _)| *id).collect::<HashSet<_>>().len(), FILES);
    assert_eq!(all.iter().map(|(_, token)| token).collect::<HashSet<_>>().len(), FILES);
    let ordinals: Vec<u32> = records.documents(&code(7)).await.unwrap().iter().map(|d| d.ordinal).collect();
    assert_eq!(ordinals, (1..=FILES as u32).collect::<Vec<_>>());
    sound(&*records).await;
}

pub async fn jobs_of_workers_that_are_gone_are_due_at_once(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let a = accept(&*records, batch, "a", "a").await;
    let b = accept(&*records, batch, "b", "b").await;
    let lost = records.reserve("gone", at(0), MINUTE, 3, None).await.unwrap().unwrap();
    let kept = records.reserve("alive", at(0), MINUTE, 3, None).await.unwrap().unwrap();
    assert_eq!((lost.file.id, kept.file.id), (a, b));
    assert_eq!(records.release_leases(|worker| worker == "gone", at(1)).await.unwrap(), 1);
    let late = records.complete(&lost, &rejected(), &[], at(2)).await;
    assert!(matches!(late, Err(StoreError::LeaseLost)), "{late:?}");
    let again = records.reserve("next", at(2), MINUTE, 3, None).await.unwrap().unwrap();
    assert_eq!((again.file.id, again.attempt), (a, 2));
    records.complete(&kept, &rejected(), &[], at(3)).await.unwrap();
    let told = records.events(None).await.unwrap().into_iter().filter(|e| e.kind == EventKind::Retried).count();
    assert_eq!(told, 1);
}

pub async fn the_same_bytes_are_in_work_once(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let first = accept(&*records, batch, "a", "same").await;
    let second = accept(&*records, batch, "b", "same").await;
    let other = accept(&*records, batch, "c", "other").await;
    let lease = records.reserve("w", at(0), MINUTE, 3, None).await.unwrap().unwrap();
    let beside = records.reserve("w", at(0), MINUTE, 3, None).await.unwrap().unwrap();
    assert_eq!((lease.file.id, beside.file.id), (first, other));
    assert!(records.reserve("w", at(1), MINUTE, 3, None).await.unwrap().is_none());
    records.complete(&lease, &rejected(), &[], at(2)).await.unwrap();
    assert_eq!(records.reserve("w", at(3), MINUTE, 3, None).await.unwrap().unwrap().file.id, second);
}
