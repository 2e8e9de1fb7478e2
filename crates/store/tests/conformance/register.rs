//! Register imports, documents that wait for them, and what coverage reads.

use std::sync::Arc;

use sohoa_domain::{
    AttachmentState, CatalogueVersion, ComponentId, ComponentKind, EventKind, FileState, Reading, Sha256Digest,
};
use sohoa_store::{CoverageScope, ImportSummary, KeptFile, LateAfter, Records, RegisterEntries, StoreError};

use super::support::*;

fn ids(ids: &[&str]) -> Vec<ComponentId> {
    ids.iter().map(|id| id.parse().unwrap()).collect()
}

fn counts(s: ImportSummary) -> (u64, u64, u64, u64) {
    (s.new, s.changed, s.unchanged, s.resolved)
}

pub async fn an_import_is_idempotent(records: Arc<dyn Records>) {
    let source = Sha256Digest::of(b"register 1");
    let mut entries = vec![dossier(2, 15), dossier(1, 14)];
    entries[1].components.clear();
    entries[1].received = None;
    let summary = records.import_register(&source, &entries, at(0), AGENT).await.unwrap();
    assert_eq!(counts(summary), (2, 0, 0, 0));
    for entry in &entries {
        assert_eq!(records.dossier(&entry.code).await.unwrap().as_ref(), Some(entry));
    }
    assert!(records.dossier(&code(3)).await.unwrap().is_none());
    let events = records.events(None).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind, events[0].source), (EventKind::RegisterImported, Some(source)));

    let again = records.import_register(&source, &entries, at(1), AGENT).await.unwrap();
    assert_eq!(counts(again), (0, 0, 2, 0));
    assert_eq!(records.events(None).await.unwrap(), events);
    // Another order of the components says nothing new, and is not taken over.
    let mut reordered = entries.clone();
    reordered[0].components.reverse();
    assert_eq!(counts(records.import_register(&source, &reordered, at(2), AGENT).await.unwrap()), (0, 0, 2, 0));
    assert_eq!(records.dossier(&code(2)).await.unwrap().unwrap(), entries[0]);
    assert_eq!(records.register_sources().await.unwrap(), [source]);
    sound(&*records).await;
}

pub async fn an_import_changes_what_it_lists_and_nothing_else(records: Arc<dyn Records>) {
    let (one, two) = (Sha256Digest::of(b"1"), Sha256Digest::of(b"2"));
    let entries = [dossier(1, 14), dossier(2, 15), dossier(3, 16)];
    records.import_register(&one, &entries, at(0), AGENT).await.unwrap();
    let mut changed = dossier(2, 15);
    changed.components.remove(1);
    changed.components.push(component("TP9", ComponentKind::Component));
    changed.components[0].exempt_reason = Some("bản chụp".to_owned());
    changed.status = None;
    let fresh = dossier(4, 17);
    let summary = records.import_register(&two, &[dossier(1, 14), changed.clone(), fresh], at(1), AGENT).await.unwrap();
    assert_eq!(counts(summary), (1, 1, 1, 0));
    assert_eq!(records.dossier(&code(2)).await.unwrap().unwrap(), changed);
    assert_eq!(records.dossier(&code(3)).await.unwrap().unwrap(), dossier(3, 16));
    assert_eq!(records.register_sources().await.unwrap(), [one, two]);
    // The first file again: back to what it says.
    assert_eq!(counts(records.import_register(&one, &entries, at(2), AGENT).await.unwrap()), (0, 1, 2, 0));
    assert_eq!(records.dossier(&code(2)).await.unwrap().unwrap(), dossier(2, 15));
    assert_eq!(records.events(None).await.unwrap().len(), 3);
    sound(&*records).await;
}

pub async fn a_register_that_names_a_dossier_twice_changes_nothing(records: Arc<dyn Records>) {
    let source = Sha256Digest::of(b"1");
    let entries = [dossier(1, 14), dossier(2, 14), dossier(1, 15)];
    assert!(records.import_register(&source, &entries, at(0), AGENT).await.is_err());
    let mut twice = dossier(5, 14);
    twice.components.push(component("TP1", ComponentKind::Result));
    assert!(records.import_register(&source, &[dossier(4, 14), twice], at(0), AGENT).await.is_err());
    assert!(records.dossiers_with_attachments(None, None).await.unwrap().is_empty());
    assert!(records.register_sources().await.unwrap().is_empty());
    assert!(records.events(None).await.unwrap().is_empty());
}

pub async fn waiting_documents_find_their_dossier(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    for (number, component) in [(1, None), (2, Some("TP1")), (3, Some("TP8")), (4, None)] {
        accept(&*records, batch, &number.to_string(), &number.to_string()).await;
        let lease = reserve(&*records, 0).await;
        let mut document = document(&*records, &lease, &code(number), "").await;
        document.component = component.map(|c| c.parse().unwrap());
        document.state = AttachmentState::AwaitingRegister;
        records.complete(&lease, &attached(document), &[], at(1)).await.unwrap();
    }
    let source = Sha256Digest::of(b"1");
    let entries = [dossier(1, 14), dossier(2, 14), dossier(3, 14)];
    let summary = records.import_register(&source, &entries, at(5), AGENT).await.unwrap();
    // The third names a component that its dossier does not list, the fourth is not in the register.
    assert_eq!(counts(summary), (3, 0, 0, 2));
    let states: Vec<_> = records.all_documents().await.unwrap().iter().map(|d| d.state).collect();
    use AttachmentState::{Attached, AwaitingRegister};
    assert_eq!(states, [Attached, Attached, AwaitingRegister, AwaitingRegister]);
    assert_eq!(records.ledger().await.unwrap().attached, 4);
    let events = records.events(Some(&code(2))).await.unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((events[0].kind, events[0].source), (EventKind::RegisterResolved, Some(Sha256Digest::of(b"2"))));
    assert_eq!(counts(records.import_register(&source, &entries, at(6), AGENT).await.unwrap()), (0, 0, 3, 0));
    sound(&*records).await;
}

pub async fn a_register_that_came_while_the_file_was_in_work_counts(records: Arc<dyn Records>) {
    let batch = batch(&*records).await;
    accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    let mut document = document(&*records, &lease, &code(1), "").await;
    document.state = AttachmentState::AwaitingRegister;
    records.import_register(&Sha256Digest::of(b"1"), &[dossier(1, 14)], at(5), AGENT).await.unwrap();
    assert_eq!(records.complete(&lease, &attached(document), &[], at(6)).await.unwrap(), FileState::Attached);
    assert_eq!(records.documents(&code(1)).await.unwrap()[0].state, AttachmentState::Attached);
    sound(&*records).await;
}

pub async fn coverage_reads_periods_and_attached_components(records: Arc<dyn Records>) {
    let mut entries = vec![dossier(3, 30), dossier(2, 15), dossier(1, 14), dossier(4, 15)];
    entries[0].received = Some(jiff::civil::date(2023, 6, 30).at(23, 59, 59, 0));
    entries[1].received = Some(jiff::civil::date(2023, 6, 15).at(0, 0, 0, 0));
    entries[3].received = None;
    records.import_register(&Sha256Digest::of(b"1"), &entries, at(0), AGENT).await.unwrap();
    let batch = batch(&*records).await;
    let states = [
        (2, Some("TP1"), AttachmentState::Attached),
        (2, Some("TP1"), AttachmentState::Attached),
        (2, Some("KQ"), AttachmentState::Attached),
        (2, Some("TP2"), AttachmentState::Incomplete),
        (2, None, AttachmentState::Attached),
        (3, Some("TP8"), AttachmentState::AwaitingRegister),
    ];
    for (n, (number, component, state)) in states.into_iter().enumerate() {
        accept(&*records, batch, &n.to_string(), &n.to_string()).await;
        let lease = reserve(&*records, 0).await;
        let mut document = document(&*records, &lease, &code(number), "").await;
        document.component = component.map(|c| c.parse().unwrap());
        document.state = state;
        records.complete(&lease, &attached(document), &[], at(1)).await.unwrap();
    }
    let day = |d| Some(jiff::civil::date(2023, 6, d));
    let listed = async |from, to| -> Vec<_> {
        let rows = records.dossiers_with_attachments(from, to).await.unwrap();
        rows.into_iter().map(|(entry, attached)| (entry.code, attached)).collect()
    };
    assert_eq!(listed(day(15), day(15)).await, [(code(2), ids(&["KQ", "TP1"]))]);
    assert_eq!(listed(day(16), day(30)).await, [(code(3), vec![])]);
    assert_eq!(listed(day(16), day(29)).await, []);
    assert_eq!(listed(None, day(14)).await, [(code(1), vec![])]);
    assert_eq!(listed(day(30), None).await, [(code(3), vec![])]);
    let all = records.dossiers_with_attachments(None, None).await.unwrap();
    entries.sort_by(|a, b| a.code.cmp(&b.code));
    assert_eq!(all.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>(), entries);
}

pub async fn a_document_of_another_dossier_stands_for_a_component_until_that_is_taken_back(records: Arc<dyn Records>) {
    records.import_register(&Sha256Digest::of(b"1"), &[dossier(1, 14), dossier(2, 14)], at(0), AGENT).await.unwrap();
    let batch = batch(&*records).await;
    accept(&*records, batch, "a", "a").await;
    let lease = reserve(&*records, 0).await;
    let mut earlier = document(&*records, &lease, &code(1), "").await;
    (earlier.component, earlier.paper) = ("TP1".parse().ok(), Some("5/2023/qd/x".to_owned()));
    let id = earlier.id.clone();
    records.complete(&lease, &attached(earlier), &[], at(1)).await.unwrap();
    let tp2 = "TP2".parse().unwrap();
    let attached_now = async || {
        let rows = records.dossiers_with_attachments(None, None).await.unwrap();
        rows.into_iter().map(|(_, attached)| attached).collect::<Vec<_>>()
    };
    for (to, component) in [(code(3), "TP2"), (code(2), "TP8"), (code(1), "TP2")] {
        let component = component.parse().unwrap();
        let refused = records.reuse(&to, &component, Some(&id), at(2), AGENT).await;
        assert!(matches!(refused, Err(StoreError::Unknown(_))), "{to} {component}: {refused:?}");
    }
    records.reuse(&code(2), &tp2, Some(&id), at(2), AGENT).await.unwrap();
    records.reuse(&code(2), &tp2, Some(&id), at(3), AGENT).await.unwrap();
    assert_eq!(attached_now().await, [ids(&["TP1"]), ids(&["TP2"])]);
    assert_eq!(records.reused(&code(2)).await.unwrap(), [(tp2.clone(), id.clone())]);
    records.reuse(&code(2), &tp2, None, at(4), AGENT).await.unwrap();
    assert_eq!(attached_now().await, [ids(&["TP1"]), vec![]]);
    assert!(records.reuse(&code(2), &tp2, None, at(5), AGENT).await.is_err(), "nothing is reused any more");
    let kinds: Vec<_> = records.events(Some(&code(2))).await.unwrap().iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EventKind::Reused; 3]);

    // Scanned again, other bytes: the same paper.
    accept(&*records, batch, "b", "b").await;
    let lease = reserve(&*records, 6).await;
    let again = document(&*records, &lease, &code(2), "").await;
    let again = sohoa_store::NewDocument { paper: Some("5/2023/qd/x".to_owned()), ..again };
    records.complete(&lease, &attached(again), &[], at(7)).await.unwrap();
    let same = records.same_papers(&code(2)).await.unwrap();
    assert_eq!(same.iter().map(|s| (s.other.clone(), s.same_bytes)).collect::<Vec<_>>(), [(id, false)]);
    sound(&*records).await;
}

pub async fn a_hand_over_counts_when_documents_went_with_it(records: Arc<dyn Records>) {
    records.import_register(&Sha256Digest::of(b"1"), &[dossier(1, 14)], at(0), AGENT).await.unwrap();
    let batch = batch(&*records).await;
    let shared = async || {
        let all = records.coverage(&CoverageScope::default(), None, LateAfter::ZERO).await.unwrap();
        (all[0].counts.digitized_any, all[0].counts.handed_over)
    };
    records.hand_over(&code(1), "portal-json", at(1), AGENT).await.unwrap();
    assert_eq!(shared().await, (0, 0), "there was nothing yet");
    for id in ["TP1", "KQ"] {
        accept(&*records, batch, id, id).await;
        let lease = reserve(&*records, 2).await;
        let document = document(&*records, &lease, &code(1), "").await;
        let document = sohoa_store::NewDocument { component: id.parse().ok(), ..document };
        records.complete(&lease, &attached(document), &[], at(2)).await.unwrap();
    }
    assert_eq!(shared().await, (1, 0), "what was handed over before did not hold it");
    records.hand_over(&code(1), "portal-json", at(3), AGENT).await.unwrap();
    assert_eq!(shared().await, (1, 1));
    let told = records.events(Some(&code(1))).await.unwrap();
    assert_eq!(told.iter().filter(|e| e.kind == EventKind::HandedOver).count(), 2);
    sound(&*records).await;
}

/// A register file of these dossiers, kept under this name.
fn kept(name: &str) -> KeptFile {
    KeptFile { digest: Sha256Digest::of(name.as_bytes()), name: name.to_owned(), reading: Reading::default() }
}

pub async fn a_dossier_without_components_has_those_of_the_catalogue(records: Arc<dyn Records>) {
    let version = |year: i16, ids: &[&str]| CatalogueVersion {
        procedure: "1.012790".parse().unwrap(),
        valid_from: jiff::civil::date(year, 6, 15),
        name: "Cấp phép".to_owned(),
        field: String::new(),
        agency: String::new(),
        components: ids.iter().map(|id| component(id, ComponentKind::Component)).collect(),
    };
    let bare = |number, day| sohoa_domain::DossierEntry { components: Vec::new(), ..dossier(number, day) };
    // Received the day before, on the day, without a day of its own, and with components of its own.
    let mut undated = bare(3, 1);
    undated.received = None;
    let entries = [bare(1, 14), bare(2, 15), undated, dossier(4, 15)];
    records.import_register(&Sha256Digest::of(b"1"), &entries, at(0), AGENT).await.unwrap();
    let both = [version(2022, &["A"]), version(2023, &["B", "C"])];
    let summary = records.import_catalogue(&kept("danh mục"), &both, at(1), AGENT).await.unwrap();
    assert_eq!((summary.new, summary.dossiers), (2, 3));
    let listed = async |number| {
        let entry = records.dossier(&code(number)).await.unwrap().unwrap();
        let ids = entry.components.iter().map(|c| c.id.to_string()).collect::<Vec<_>>().join(" ");
        (ids, entry.catalogue.map(|day| day.year()))
    };
    let seen = [listed(1).await, listed(2).await, listed(3).await, listed(4).await];
    let expected = [("A", Some(2022)), ("B C", Some(2023)), ("B C", Some(2023)), ("TP2 TP1 KQ", None)];
    assert_eq!(seen, expected.map(|(ids, year)| (ids.to_owned(), year)));
    // Again, the register too: nothing.
    let again = records.import_catalogue(&kept("danh mục"), &both, at(2), AGENT).await.unwrap();
    assert_eq!((again.unchanged, again.changed + again.new + again.dossiers), (2, 0));
    let again = records.import_register(&Sha256Digest::of(b"1"), &entries, at(2), AGENT).await.unwrap();
    assert_eq!(counts(again), (0, 0, 4, 0));
    // Another content of the same version.
    let summary = records.import_catalogue(&kept("sửa"), &[version(2022, &["D"])], at(3), AGENT).await.unwrap();
    assert_eq!((summary.changed, summary.dossiers), (1, 1));
    assert_eq!(listed(1).await, ("D".to_owned(), Some(2022)));
    let history = records.register_history(&code(1)).await.unwrap();
    let told: Vec<_> = history.iter().map(|c| (c.file.as_str(), c.at, c.fields.len())).collect();
    assert_eq!(told, [("danh mục", at(1), 2), ("sửa", at(3), 2)]);
    let kinds: Vec<_> = records.imports().await.unwrap().iter().map(|i| i.kind).collect();
    assert_eq!(kinds, ["register", "catalogue", "catalogue"]);
    assert_eq!(records.catalogue(&"1.012790".parse().unwrap()).await.unwrap().len(), 2);
    assert_eq!(records.register_sources().await.unwrap().len(), 3);
    sound(&*records).await;
}

pub async fn a_file_that_ends_too_soon_changes_nothing(records: Arc<dyn Records>) {
    // More than are handed over at once are right; then the file is not what it was when it was looked at.
    let mut csv = "dossier,status\n".to_owned();
    (0..3000).for_each(|n| csv += &format!("{},4\n", code(n)));
    csv += "x,4\n";
    let mut file = tempfile::tempfile().unwrap();
    std::io::Write::write_all(&mut file, csv.as_bytes()).unwrap();
    let entries = RegisterEntries::read(file.try_clone().unwrap(), Reading::default());
    let failed = records.import_register_file(&kept("hỏng"), entries, at(0), AGENT, 0).await;
    assert!(matches!(failed, Err(StoreError::Corrupt(_))), "{failed:?}");
    assert!(records.dossiers_with_attachments(None, None).await.unwrap().is_empty());
    assert!(records.events(None).await.unwrap().is_empty() && records.register_sources().await.unwrap().is_empty());
    // Without that line it comes in, and one import after the other sees what the first did.
    file.set_len(csv.len() as u64 - 4).unwrap();
    let read = || RegisterEntries::read(file.try_clone().unwrap(), Reading::default());
    let previewed = records.preview_register(read(), 2).await.unwrap();
    assert!(records.events(None).await.unwrap().is_empty());
    let done = records.import_register_file(&kept("đúng"), read(), at(0), AGENT, 2).await.unwrap();
    assert_eq!((done.summary.new, done.shown.len()), (3000, 2));
    assert_eq!(previewed, done);
    assert_eq!(records.preview_register(read(), 2).await.unwrap().summary.unchanged, 3000);
}
