//! Batches, accepted files and refusals.

use std::sync::Arc;

use sohoa_domain::{EventKind, FileState};
use sohoa_store::{Accepted, FileId, NewRefusal, Records, StoreError};

use super::support::*;

pub async fn an_accepted_file_is_pending_with_a_job_and_an_event(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let mut new = new_file(batch, "H41.20-230615-0001/quét 1.pdf", "a");
    new.dossier = Some(code(1));
    let Accepted::New(id) = records.accept(&new, at(5), AGENT).await.unwrap() else { panic!("not new") };
    let row = records.file(id).await.unwrap().unwrap();
    assert_eq!((row.batch, &row.origin, &row.relative), (batch, &new.origin, &new.relative));
    assert_eq!((row.digest, row.bytes, &row.dossier), (Some(new.digest), 1, &new.dossier));
    assert_eq!((row.state, row.accepted_at, row.released), (FileState::Pending, at(5), false));
    assert_eq!((row.reason_code, row.reason, row.duplicate_of), (None, None, None));
    assert_eq!(records.pending(None).await.unwrap(), 1);
    let events = records.events(None).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind, events[0].source, events[0].at), (EventKind::Accepted, Some(new.digest), at(5)));
    assert_eq!(records.events(Some(&code(1))).await.unwrap(), events);
    accept(&*records, batch, "b.pdf", "b").await;
    assert_eq!(records.events_of_file(id).await.unwrap(), events);
    assert!(records.file(FileId(99)).await.unwrap().is_none());
    sound(&*records).await;
}

pub async fn the_very_same_file_again_writes_nothing(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let new = new_file(batch, "a.pdf", "a");
    let id = accept(&*records, batch, "a.pdf", "a").await;
    assert_eq!(records.accept(&new, at(7), AGENT).await.unwrap(), Accepted::Known(id));
    assert_eq!(records.ledger().await.unwrap().seen, 1);
    assert_eq!(records.events(None).await.unwrap().len(), 1);

    let standing =
        async |origin, inode, modified_ns, bytes| records.standing(origin, inode, modified_ns, bytes).await.unwrap();
    let row = records.file(id).await.unwrap().unwrap();
    assert_eq!(standing(&new.origin, new.inode, new.modified_ns, row.bytes).await, Some(id));
    assert_eq!(standing("elsewhere", new.inode, new.modified_ns, row.bytes).await, None);
    assert_eq!(standing(&new.origin, new.inode - 2, new.modified_ns, row.bytes).await, None);
    assert_eq!(standing(&new.origin, new.inode, new.modified_ns + 2, row.bytes).await, None);
    assert_eq!(standing(&new.origin, new.inode, new.modified_ns, row.bytes + 1).await, None);

    // Each part of the identity makes another file of it.
    let mut others = vec![new.clone(); 4];
    others[0].origin.push('x');
    others[1].inode -= 1;
    others[2].modified_ns += 1;
    others[3].digest = sohoa_domain::Sha256Digest::of(b"b");
    for other in &others {
        assert!(matches!(records.accept(other, at(8), AGENT).await.unwrap(), Accepted::New(_)));
    }
    // Moved out of the inbox, the same path may bring the same bytes anew.
    records.mark_released(id).await.unwrap();
    records.mark_released(id).await.unwrap();
    assert!(records.file(id).await.unwrap().unwrap().released);
    assert_ne!(standing(&new.origin, new.inode, new.modified_ns, row.bytes).await, Some(id));
    assert!(matches!(records.accept(&new, at(9), AGENT).await.unwrap(), Accepted::New(other) if other != id));
    assert!(records.mark_released(FileId(99)).await.is_err());
    sound(&*records).await;
}

pub async fn a_refusal_is_rejected_once(records: Arc<dyn Records>) {
    let mut refusal = NewRefusal {
        batch: batch(&*records).await,
        origin: "/scan/pipe".to_owned(),
        relative: "pipe".to_owned(),
        code: "not-a-regular-file".to_owned(),
        detail: "a FIFO".to_owned(),
    };
    let id = records.refuse(&refusal, at(1), AGENT).await.unwrap();
    assert_eq!(records.refuse(&refusal, at(2), AGENT).await.unwrap(), id);
    let row = records.file(id).await.unwrap().unwrap();
    assert_eq!((row.state, row.digest, row.accepted_at), (FileState::Rejected, None, at(1)));
    assert_eq!(row.reason_code.as_deref(), Some("not-a-regular-file"));
    assert_eq!(records.events(None).await.unwrap().len(), 1);
    refusal.code = "unreadable".to_owned();
    assert_ne!(records.refuse(&refusal, at(3), AGENT).await.unwrap(), id);
    assert!(records.reserve("w", at(9), MINUTE, 3, None).await.unwrap().is_none());
    assert_eq!(records.ledger().await.unwrap().rejected, 2);
    sound(&*records).await;
}

pub async fn files_are_listed_by_batch_and_state(records: Arc<dyn Records>) {
    let (one, two) = (batch(&*records).await, batch(&*records).await);
    assert_ne!(one, two);
    let a = attach(&*records, one, "a.pdf", &code(1), "").await;
    let b = accept(&*records, two, "b.pdf", "b").await;
    let c = accept(&*records, one, "c.pdf", "c").await;
    let ids = |rows: Vec<sohoa_store::FileRow>| rows.iter().map(|r| r.id).collect::<Vec<_>>();
    assert_eq!(ids(records.files(None, None).await.unwrap()), [a, b, c]);
    assert_eq!(ids(records.files(Some(one), None).await.unwrap()), [a, c]);
    assert_eq!(ids(records.files(Some(one), Some(FileState::Pending)).await.unwrap()), [c]);
    assert_eq!(ids(records.files(None, Some(FileState::Attached)).await.unwrap()), [a]);
    assert_eq!(records.pending(Some(two)).await.unwrap(), 1);
    assert_eq!(records.pending(None).await.unwrap(), 2);
}

pub async fn an_inbox_has_one_batch_a_day(records: Arc<dyn Records>) {
    // 15 June 2023, 10:33 in Việt Nam.
    let first = records.open_batch("inbox", "quầy 1", "", at(0)).await.unwrap();
    assert_eq!(records.open_batch("inbox", "quầy 1", "", at(3600)).await.unwrap(), first);
    assert_ne!(records.open_batch("inbox", "quầy 2", "", at(0)).await.unwrap(), first);
    assert_ne!(records.open_batch("inbox", "quầy 1", "", at(86_400)).await.unwrap(), first);
    assert!(records.open_batch("other", "x", "", at(0)).await.is_err());
}

pub async fn a_file_needs_its_batch(records: Arc<dyn Records>) {
    let error = records.accept(&new_file(sohoa_store::BatchId(99), "a", "a"), at(0), AGENT).await.unwrap_err();
    assert!(matches!(error, StoreError::Other(_)), "{error:?}");
    assert_eq!(records.ledger().await.unwrap().seen, 0);
    sound(&*records).await;
}
