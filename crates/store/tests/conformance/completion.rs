//! Ends of jobs: documents, pages, states, events.

use std::sync::Arc;

use sohoa_domain::{AttachmentState, Change, DocumentId, EventKind, FileState, Move, PageOutcome, PageState};
use sohoa_store::{Completion, PageLedger, Records, StoreError};

use super::support::*;

pub async fn a_document_comes_back_as_it_was_given(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "thư mục/đơn.pdf", "a").await;
    let lease = reserve(&*records, 0).await;
    let mut given = document(&*records, &lease, &code(1), "chữ").await;
    given.component = Some("TP1".parse().unwrap());
    given.state = AttachmentState::AwaitingRegister;
    given.version = 3;
    given.pages = vec![page(1, PageOutcome::Ok), page(3, PageOutcome::Blank), page(4, PageOutcome::TimedOut)];
    let completion = Completion::Attached {
        documents: vec![given.clone()],
        loose_pages: vec![(2, PageState::Separator)],
        parts: Vec::new(),
    };
    let told = [event(EventKind::Packaged, Some(code(1)), "version 3"), event(EventKind::Attached, Some(code(1)), "")];
    assert_eq!(records.complete(&lease, &completion, &told, at(1)).await.unwrap(), FileState::Attached);

    let documents = records.documents(&code(1)).await.unwrap();
    let [row] = &documents[..] else { panic!("{documents:?}") };
    assert_eq!((&row.id, &row.dossier, &row.component), (&given.id, &given.dossier, &given.component));
    assert_eq!((row.state, row.ordinal, row.version), (given.state, 1, 3));
    assert_eq!((&row.result_code, row.source, row.source_digest), (&given.result_code, id, given.source_digest));
    assert_eq!(row.source_name, "đơn.pdf");
    assert_eq!(row.renditions, given.renditions);
    assert_eq!(row.pages, PageLedger { input: 3, kept: 1, separator: 0, blank: 1, failed: 1 });
    let all = PageLedger { input: 4, kept: 1, separator: 1, blank: 1, failed: 1 };
    assert_eq!(records.page_ledger().await.unwrap(), all);
    assert_eq!(records.all_documents().await.unwrap(), documents);
    assert_eq!(records.document_of_source(&code(1), &given.source_digest).await.unwrap().as_ref(), Some(row));
    assert!(records.document_of_source(&code(2), &given.source_digest).await.unwrap().is_none());
    // The last event says what became of the file.
    let [mut packaged, mut attached] = told;
    (packaged.file, attached.file) = (Some(id.0), Some(id.0));
    let loose_pages = vec![(2, PageState::Separator)];
    attached.change = Some(Change::Moved(Move { loose_pages, ..Move::to(FileState::Attached) }));
    assert_eq!(records.events(Some(&code(1))).await.unwrap(), [packaged, attached]);
    sound(&*records).await;
}

pub async fn review_keeps_its_reason_and_counts_its_pages(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    let completion = Completion::Review {
        code: "no-dossier".to_owned(),
        reason: "no code on it".to_owned(),
        documents: Vec::new(),
        loose_pages: vec![(2, PageState::Blank), (1, PageState::Kept)],
        parts: Vec::new(),
    };
    assert_eq!(records.complete(&lease, &completion, &[], at(1)).await.unwrap(), FileState::Review);
    let row = records.file(id).await.unwrap().unwrap();
    assert_eq!((row.reason_code.as_deref(), row.reason.as_deref()), (Some("no-dossier"), Some("no code on it")));
    let pages = records.page_ledger().await.unwrap();
    assert_eq!((pages.input, pages.kept, pages.blank), (2, 1, 1));
    sound(&*records).await;
}

pub async fn pages_that_do_not_add_up_are_not_taken(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    let good = document(&*records, &lease, &code(1), "").await;
    let with = |numbers: &[u32], loose: &[u32]| {
        let mut document = good.clone();
        document.pages = numbers.iter().map(|n| page(*n, PageOutcome::Ok)).collect();
        let loose_pages = loose.iter().map(|n| (*n, PageState::Separator)).collect();
        Completion::Attached { documents: vec![document], loose_pages, parts: Vec::new() }
    };
    let mut stranger = good.clone();
    stranger.source = sohoa_store::FileId(99);
    let mut other_ordinal = good.clone();
    other_ordinal.ordinal = 5;
    for bad in [
        with(&[], &[]),
        with(&[], &[1]),
        with(&[1, 1], &[]),
        with(&[1, 3], &[]),
        with(&[2], &[]),
        with(&[0, 1], &[]),
        with(&[1], &[1]),
        Completion::Attached { documents: Vec::new(), loose_pages: vec![(1, PageState::Separator)], parts: Vec::new() },
        attached(stranger),
        attached(other_ordinal),
    ] {
        let told = [event(EventKind::Attached, None, "bad")];
        let error = records.complete(&lease, &bad, &told, at(1)).await.unwrap_err();
        assert!(matches!(error, StoreError::Other(_)), "{error:?}");
    }
    assert_eq!(records.all_documents().await.unwrap(), []);
    assert_eq!(records.page_ledger().await.unwrap().input, 0);
    assert_eq!(records.events(None).await.unwrap().len(), 1);
    // Nothing of all that took the lease away.
    assert_eq!(records.complete(&lease, &with(&[1, 2], &[3]), &[], at(1)).await.unwrap(), FileState::Attached);
    sound(&*records).await;
}

pub async fn a_document_that_stands_makes_the_second_file_a_duplicate(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let first = accept(&*records, batch, "a", "same").await;
    let second = accept(&*records, batch, "b", "same").await;
    let third = accept(&*records, batch, "c", "same").await;
    let elsewhere = accept(&*records, batch, "d", "same").await;
    for state in [FileState::Attached, FileState::Duplicate] {
        let lease = reserve(&*records, 0).await;
        let document = document(&*records, &lease, &code(1), "").await;
        let told = [event(EventKind::Attached, Some(code(1)), "")];
        assert_eq!(records.complete(&lease, &attached(document), &told, at(1)).await.unwrap(), state);
    }
    // Found by the worker itself.
    let told = [event(EventKind::Duplicate, Some(code(1)), "")];
    let duplicate = Completion::Duplicate { of: first };
    let lease = reserve(&*records, 0).await;
    assert_eq!(records.complete(&lease, &duplicate, &told, at(1)).await.unwrap(), FileState::Duplicate);
    for id in [second, third] {
        assert_eq!(records.file(id).await.unwrap().unwrap().duplicate_of, Some(first));
    }
    let kinds: Vec<_> = records.events(Some(&code(1))).await.unwrap().iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EventKind::Attached, EventKind::Duplicate, EventKind::Duplicate]);
    assert_eq!(records.documents(&code(1)).await.unwrap().len(), 1);
    assert_eq!(records.page_ledger().await.unwrap().input, 1);

    // The same bytes for another dossier are another document.
    let lease = reserve(&*records, 0).await;
    assert_eq!(lease.file.id, elsewhere);
    let document = document(&*records, &lease, &code(2), "").await;
    assert_eq!(records.complete(&lease, &attached(document), &[], at(1)).await.unwrap(), FileState::Attached);
    sound(&*records).await;
}

pub async fn ordinals_are_given_once(records: Arc<dyn Records>) {
    let digest = sohoa_domain::Sha256Digest::of(b"x");
    let id = |part| DocumentId::derive(&code(1), &digest, part);
    for (part, ordinal) in [(0, 1), (1, 2), (0, 1), (2, 3), (1, 2)] {
        assert_eq!(records.ordinal(&code(1), &id(part)).await.unwrap(), ordinal);
    }
    assert_eq!(records.ordinal(&code(2), &id(0)).await.unwrap(), 1);
}

pub async fn times_keep_their_microseconds(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let id = accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    let mut told = event(EventKind::Rejected, None, "a \"quoted\" đ");
    told.at = jiff::Timestamp::new(1_686_800_001, 123_456_789).unwrap();
    let completion = Completion::Rejected { code: "malformed".to_owned(), reason: "x".to_owned() };
    records.complete(&lease, &completion, &[told.clone()], at(1)).await.unwrap();
    told.at = jiff::Timestamp::new(1_686_800_001, 123_456_000).unwrap();
    told.file = Some(id.0);
    let (code, reason) = (Some("malformed".to_owned()), Some("x".to_owned()));
    told.change = Some(Change::Moved(Move { code, reason, ..Move::to(FileState::Rejected) }));
    assert_eq!(records.events(None).await.unwrap()[1], told);
}
