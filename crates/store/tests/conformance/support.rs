//! Invented files, documents and dossiers, and the steps that most tests begin with.

use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{
    AttachmentState, ComponentEntry, ComponentKind, DocumentId, DossierCode, DossierEntry, Event, EventKind, Outcome,
    PageOutcome, PageRecord, Sha256Digest,
};
use sohoa_store::{
    Accepted, BatchId, Completion, FileId, Lease, NewDocument, NewFile, Records, Rendition, RenditionKind, SearchHit,
    SearchQuery,
};

pub const AGENT: &str = "test/1";
pub const MINUTE: SignedDuration = SignedDuration::from_mins(1);

/// A time, in seconds after an arbitrary start.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_686_800_000 + seconds).unwrap()
}

pub fn code(number: u32) -> DossierCode {
    format!("H41.20-230615-{number:04}").parse().unwrap()
}

pub fn new_file(batch: BatchId, name: &str, content: &str) -> NewFile {
    NewFile {
        batch,
        origin: format!("/scan/{name}"),
        relative: name.to_owned(),
        inode: u64::MAX - 7,
        modified_ns: 1_686_800_000_123_456_789,
        digest: Sha256Digest::of(content.as_bytes()),
        bytes: content.len() as u64,
        dossier: None,
        desk: None,
    }
}

pub async fn batch(records: &dyn Records) -> BatchId {
    records.open_batch("ingest", "test", "", at(0)).await.unwrap()
}

/// Accepts a file that has to be new.
pub async fn accept(records: &dyn Records, batch: BatchId, name: &str, content: &str) -> FileId {
    match records.accept(&new_file(batch, name, content), at(0), AGENT).await.unwrap() {
        Accepted::New(id) => id,
        Accepted::Known(id) => panic!("{name} is known as {id:?}"),
    }
}

/// Reserves the next job, which has to be there.
pub async fn reserve(records: &dyn Records, seconds: i64) -> Lease {
    records.reserve("w1", at(seconds), MINUTE, 3, None).await.unwrap().unwrap()
}

pub fn page(number: u32, outcome: PageOutcome) -> PageRecord {
    PageRecord { number, outcome, inspection: None, confidence: Some(0.9), words: 12, own_text: false, reason: None }
}

/// The document of a leased file, of one kept page.
pub async fn document(records: &dyn Records, lease: &Lease, dossier: &DossierCode, text: &str) -> NewDocument {
    let source_digest = lease.file.digest.unwrap();
    let id = DocumentId::derive(dossier, &source_digest, 0);
    let ordinal = records.ordinal(dossier, &id).await.unwrap();
    NewDocument {
        dossier: dossier.clone(),
        component: None,
        state: AttachmentState::Attached,
        ordinal,
        result_code: format!("{dossier}.{ordinal}"),
        source: lease.file.id,
        source_digest,
        part: 0,
        version: 1,
        pages: vec![page(1, PageOutcome::Ok)],
        renditions: vec![Rendition {
            kind: RenditionKind::Original,
            logical: format!("documents/{id}/original.pdf"),
            stored: format!("x/v1/content/documents/{id}/original.pdf"),
            digest: source_digest,
            bytes: lease.file.bytes,
        }],
        text: text.to_owned(),
        evidence: "{}".to_owned(),
        paper: None,
        fields: Vec::new(),
        id,
    }
}

pub fn attached(document: NewDocument) -> Completion {
    Completion::Attached { documents: vec![document], loose_pages: Vec::new(), parts: Vec::new() }
}

/// Brings one file with one page onto a dossier.
pub async fn attach(records: &dyn Records, batch: BatchId, name: &str, dossier: &DossierCode, text: &str) -> FileId {
    let id = accept(records, batch, name, &format!("{name}\n{text}")).await;
    let lease = reserve(records, 1).await;
    assert_eq!(lease.file.id, id);
    let document = document(records, &lease, dossier, text).await;
    records.complete(&lease, &attached(document), &[], at(2)).await.unwrap();
    id
}

/// The first ten documents that are found.
pub async fn found(records: &dyn Records, words: &str) -> Vec<SearchHit> {
    let query = SearchQuery { words: words.to_owned(), most: 10, ..SearchQuery::default() };
    records.search(&query).await.unwrap().documents
}

pub fn event(kind: EventKind, dossier: Option<DossierCode>, detail: &str) -> Event {
    Event {
        at: at(9),
        kind,
        outcome: Outcome::Success,
        agent: AGENT.to_owned(),
        source: None,
        dossier,
        document: None,
        detail: detail.to_owned(),
        file: None,
        change: None,
    }
}

pub fn component(id: &str, kind: ComponentKind) -> ComponentEntry {
    ComponentEntry { id: id.parse().unwrap(), name: format!("Giấy {id}"), kind, required: true, exempt_reason: None }
}

/// A dossier received on a day of June 2023, with two components and a result.
pub fn dossier(number: u32, day: i8) -> DossierEntry {
    DossierEntry {
        code: code(number),
        procedure: Some("1.012790".parse().unwrap()),
        agency: "Sở Thử nghiệm".to_owned(),
        counter: "Quầy 1".to_owned(),
        channel: Some(sohoa_domain::Channel::Counter),
        applicant: "Trần Thị Bịa".to_owned(),
        received: Some(jiff::civil::date(2023, 6, day).at(8, 30, 0, 0)),
        due: None,
        finished: None,
        returned: None,
        return_channel: None,
        status: Some(sohoa_domain::DossierStatus::new(4).unwrap()),
        components: vec![
            component("TP2", ComponentKind::Component),
            component("TP1", ComponentKind::Component),
            component("KQ", ComponentKind::Result),
        ],
        catalogue: None,
    }
}

/// Both ledgers close and the store finds nothing wrong with itself.
pub async fn sound(records: &dyn Records) {
    let f = records.ledger().await.unwrap();
    assert_eq!(f.seen, f.pending + f.attached + f.review + f.rejected + f.duplicate, "{f:?}");
    let p = records.page_ledger().await.unwrap();
    assert_eq!(p.input, p.kept + p.separator + p.blank + p.failed, "{p:?}");
    assert_eq!(records.self_check().await.unwrap(), Vec::<String>::new());
}
