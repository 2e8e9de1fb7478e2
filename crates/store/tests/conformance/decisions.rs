//! What a person decides about a stack, and how it is undone.

use std::sync::Arc;

use sohoa_domain::{Desk, FileState, PageState};
use sohoa_store::{Accepted, Completion, Decision, FileId, NewFile, Records};

use super::support::*;

/// Ends the next job in review with these pages outside every document.
async fn reviewed(records: &dyn Records, seconds: i64, pages: &[PageState]) -> FileId {
    let lease = reserve(records, seconds).await;
    let completion = Completion::Review {
        code: "no-dossier".to_owned(),
        reason: "nothing says which dossier it belongs to".to_owned(),
        documents: Vec::new(),
        loose_pages: (1..).zip(pages.iter().copied()).collect(),
        parts: Vec::new(),
    };
    assert_eq!(records.complete(&lease, &completion, &[], at(seconds)).await.unwrap(), FileState::Review);
    lease.file.id
}

pub async fn an_undone_decision_brings_back_the_pages_as_they_were(records: Arc<dyn Records>) {
    use PageState::{Kept, Separator};
    let batch = batch(&*records).await;
    accept(&*records, batch, "a.pdf", "a").await;
    let file = reviewed(&*records, 1, &[Kept, Separator]).await;
    let before = records.page_ledger().await.unwrap();
    let merge = Decision::Merge { pages: vec![2] };
    records.decide(file, &merge, at(2), AGENT).await.unwrap();
    reviewed(&*records, 3, &[Kept, Kept]).await;
    assert_ne!(records.page_ledger().await.unwrap(), before);
    assert_eq!(records.decide(file, &Decision::Undo, at(4), AGENT).await.unwrap(), FileState::Review);
    assert_eq!(records.page_ledger().await.unwrap(), before);
}

pub async fn where_documents_begin_stays_until_it_is_undone(records: Arc<dyn Records>) {
    use PageState::Kept;
    let batch = batch(&*records).await;
    accept(&*records, batch, "a.pdf", "a").await;
    let file = reviewed(&*records, 1, &[Kept; 3]).await;
    records.decide(file, &Decision::Split { pages: vec![3] }, at(2), AGENT).await.unwrap();
    let begins = async || records.file(file).await.unwrap().unwrap().layout.begins.into_iter().collect::<Vec<_>>();
    assert_eq!(begins().await, [3]);
    // Its attempts are used up; then it is tried again.
    for n in 0..3 {
        let lease = reserve(&*records, 3 + n).await;
        records.give_back(&lease, "x", at(3 + n), at(3 + n)).await.unwrap();
    }
    assert_eq!(records.reserve("w1", at(9), MINUTE, 3, None).await.unwrap(), None);
    let row = records.file(file).await.unwrap().unwrap();
    assert_eq!((row.state, row.reason_code.as_deref()), (FileState::Review, Some("attempts-exhausted")));
    assert_eq!(begins().await, [3]);
    records.decide(file, &Decision::Retry, at(10), AGENT).await.unwrap();
    reviewed(&*records, 11, &[Kept; 3]).await;
    assert_eq!(begins().await, [3]);
    for (second, decision) in [(12, Decision::Undo), (13, Decision::Undo)] {
        records.decide(file, &decision, at(second), AGENT).await.unwrap();
    }
    assert_eq!(begins().await, Vec::<u32>::new());
}

pub async fn a_dossier_that_was_named_stands_when_a_later_decision_is_undone(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    accept(&*records, batch, "a.pdf", "a").await;
    let file = reviewed(&*records, 1, &[PageState::Kept; 2]).await;
    let assign = |n, component: Option<&str>| Decision::Assign {
        dossier: code(n),
        component: component.map(|c| c.parse().unwrap()),
        part: None,
    };
    let named = async || {
        let row = records.file(file).await.unwrap().unwrap();
        (row.decided, row.dossier, row.component.map(|c| c.to_string()))
    };
    records.decide(file, &assign(1, Some("TP01")), at(2), AGENT).await.unwrap();
    reviewed(&*records, 3, &[PageState::Kept; 2]).await;
    records.decide(file, &assign(2, None), at(4), AGENT).await.unwrap();
    reviewed(&*records, 5, &[PageState::Kept; 2]).await;
    records.decide(file, &Decision::Split { pages: vec![2] }, at(6), AGENT).await.unwrap();
    records.decide(file, &Decision::Undo, at(7), AGENT).await.unwrap();
    assert_eq!(named().await, (true, Some(code(2)), None));
    records.decide(file, &Decision::Undo, at(8), AGENT).await.unwrap();
    assert_eq!(named().await, (true, Some(code(1)), Some("TP01".to_owned())));
    records.decide(file, &Decision::Undo, at(9), AGENT).await.unwrap();
    assert_eq!(named().await, (false, None, None));
}

pub async fn a_file_belongs_to_the_session_that_was_open_all_the_while(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    let desk = Desk { agency: "Sở Y tế".to_owned(), counter: "Quầy 1".to_owned() };
    records.switch_session(&desk, Some(&code(1)), at(100), AGENT).await.unwrap();
    records.switch_session(&desk, Some(&code(2)), at(200), AGENT).await.unwrap();
    records.switch_session(&desk, None, at(300), AGENT).await.unwrap();
    // Begun, last written, the dossier. A copy that keeps its time begins after it was written.
    for (n, (begun, written, session)) in [
        (110, 120, Some(1)),
        (210, 290, Some(2)),
        (190, 210, None),
        (250, 150, None),
        (150, 110, Some(1)),
        (290, 310, None),
        (50, 60, None),
    ]
    .into_iter()
    .enumerate()
    {
        let file = NewFile {
            desk: Some((desk.clone(), at(begun))),
            modified_ns: at(written).as_nanosecond().try_into().unwrap(),
            ..new_file(batch, &format!("{n}.pdf"), &n.to_string())
        };
        let Accepted::New(id) = records.accept(&file, at(400), AGENT).await.unwrap() else { panic!("known") };
        let row = records.file(id).await.unwrap().unwrap();
        assert_eq!(row.session, session.map(code), "begun {begun}, written {written}");
    }
}
