//! Random registers and what is done with them: imports that change things, files in every state, decisions, reuse, hand-overs.

use jiff::civil::{Date, DateTime, date};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use sohoa_domain::{
    AttachmentState, Candidate, Channel, ComponentEntry, ComponentId, ComponentKind, DocumentId, DossierCode,
    DossierEntry, DossierStatus, PageOutcome, PageRecord, PageState, Part, Sha256Digest,
};
use sohoa_store::{
    Accepted, BatchId, Completion, CoverageScope, Decision, FileId, NewDocument, NewFile, Records, SqliteRecords,
};

const AGENT: &str = "test";
const AGENCIES: [&str; 3] = ["Sở Thử", "Sở Nghiệm", ""];
const COUNTERS: [&str; 3] = ["Quầy 1", "Quầy 2", ""];
const PROCEDURES: [&str; 2] = ["1.012790", "2.000001"];
const CHANNELS: [Channel; 3] = [Channel::Counter, Channel::Online, Channel::Post];
const COMPONENTS: [&str; 5] = ["TP1", "TP2", "TP3", "KQ", "KQ2"];
/// Dossiers that registers list, and files name one more.
pub const DOSSIERS: usize = 4;

pub fn code(number: usize) -> DossierCode {
    format!("H41.20-230615-{number:04}").parse().unwrap()
}

fn component(number: usize) -> ComponentId {
    COMPONENTS[number].parse().unwrap()
}

/// A time, in hours after the registers' first day.
fn at(hours: i64) -> Timestamp {
    Timestamp::from_second(1_685_550_000).unwrap() + SignedDuration::from_hours(hours)
}

#[derive(Debug, Clone)]
struct Entry {
    place: (usize, usize, Option<usize>, Option<usize>),
    received: Option<DateTime>,
    finished: Option<DateTime>,
    status: Option<u8>,
    components: Vec<(usize, bool, bool, bool)>,
}

fn time() -> impl Strategy<Value = DateTime> {
    (0i64..100, 0i8..24).prop_map(|(days, hour)| {
        date(2023, 5, 20).checked_add(SignedDuration::from_hours(24 * days)).unwrap().at(hour, 30, 0, 0)
    })
}

fn entry() -> impl Strategy<Value = Entry> {
    let place = (0..AGENCIES.len(), 0..COUNTERS.len(), option::of(0..PROCEDURES.len()), option::of(0..CHANNELS.len()));
    let flags = (any::<bool>(), prop::bool::weighted(0.7), prop::bool::weighted(0.2));
    let components = btree_map(0..COMPONENTS.len(), flags, 0..=5).prop_map(|all| {
        all.into_iter().map(|(id, (result, required, exempt))| (id, result, required, exempt)).collect()
    });
    let status = prop_oneof![1 => Just(None), 6 => (1u8..=10).prop_map(Some), 2 => (9u8..=10).prop_map(Some)];
    (place, option::weighted(0.9, time()), option::of(time()), status, components).prop_map(
        |(place, received, finished, status, components)| Entry { place, received, finished, status, components },
    )
}

impl Entry {
    fn told(&self, number: usize) -> DossierEntry {
        let (agency, counter, procedure, channel) = self.place;
        let component = |(id, result, required, exempt): &(usize, bool, bool, bool)| ComponentEntry {
            id: component(*id),
            name: format!("Giấy {id}"),
            kind: if *result { ComponentKind::Result } else { ComponentKind::Component },
            required: *required,
            exempt_reason: exempt.then(|| "bản chụp".to_owned()),
        };
        DossierEntry {
            code: code(number),
            procedure: procedure.map(|n| PROCEDURES[n].parse().unwrap()),
            agency: AGENCIES[agency].to_owned(),
            counter: COUNTERS[counter].to_owned(),
            channel: channel.map(|n| CHANNELS[n]),
            applicant: String::new(),
            received: self.received,
            due: None,
            finished: self.finished,
            returned: None,
            return_channel: None,
            status: self.status.map(|n| DossierStatus::new(n).unwrap()),
            catalogue: None,
            components: self.components.iter().map(component).collect(),
        }
    }
}

/// What becomes of a file.
#[derive(Debug, Clone)]
enum End {
    Document { component: Option<usize>, state: AttachmentState },
    Review { candidate: Option<usize> },
    Rejected,
    Pending,
}

/// How a file names its dossier.
#[derive(Debug, Clone, Copy)]
enum Named {
    ByName,
    ByPerson,
    Not,
}

#[derive(Debug, Clone)]
enum Step {
    Import(Vec<(usize, Entry)>),
    File {
        dossier: usize,
        named: Named,
        hours: i64,
        end: End,
    },
    /// A pending file is processed.
    Process {
        file: usize,
        dossier: usize,
        end: End,
    },
    Decide {
        file: usize,
        decision: Decision,
    },
    Reuse {
        dossier: usize,
        component: usize,
        document: Option<usize>,
        /// The document is then taken off its own dossier.
        lost: bool,
    },
    HandOver(usize),
}

fn end() -> impl Strategy<Value = End> {
    use AttachmentState::{Attached, AwaitingRegister, Incomplete};
    let state = prop_oneof![6 => Just(Attached), 2 => Just(AwaitingRegister), 2 => Just(Incomplete)];
    prop_oneof![
        12 => (option::weighted(0.9, 0usize..12), state)
            .prop_map(|(component, state)| End::Document { component, state }),
        1 => option::of(0..=DOSSIERS).prop_map(|candidate| End::Review { candidate }),
        1 => Just(End::Rejected),
        1 => Just(End::Pending),
    ]
}

fn decision() -> impl Strategy<Value = Decision> {
    prop_oneof![
        Just(Decision::Reject { reason: "không phải giấy tờ".to_owned() }),
        Just(Decision::Retry),
        Just(Decision::Undo),
        (0..=DOSSIERS, option::of(0..COMPONENTS.len())).prop_map(|(dossier, id)| Decision::Assign {
            dossier: code(dossier),
            component: id.map(component),
            part: None,
        }),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let register =
        btree_map(0..DOSSIERS, entry(), 1..=DOSSIERS).prop_map(|all| Step::Import(all.into_iter().collect()));
    let named = prop_oneof![Just(Named::ByName), Just(Named::ByPerson), Just(Named::Not)];
    prop_oneof![
        2 => register,
        14 => (0..=DOSSIERS, named, 0i64..2000, end())
            .prop_map(|(dossier, named, hours, end)| Step::File { dossier, named, hours, end }),
        2 => (0usize..12, 0..=DOSSIERS, end()).prop_map(|(file, dossier, end)| Step::Process { file, dossier, end }),
        2 => (0usize..12, decision()).prop_map(|(file, decision)| Step::Decide { file, decision }),
        5 => (0..DOSSIERS, 0usize..12, option::weighted(0.8, 0usize..12), prop::bool::weighted(0.2))
            .prop_map(|(dossier, component, document, lost)| Step::Reuse { dossier, component, document, lost }),
        3 => (0..=DOSSIERS).prop_map(Step::HandOver),
    ]
}

/// A register and what follows.
#[derive(Debug, Clone)]
pub struct History(Vec<Step>);

pub fn history() -> impl Strategy<Value = History> {
    let first = btree_map(0..DOSSIERS, entry(), 1..=DOSSIERS).prop_map(|all| Step::Import(all.into_iter().collect()));
    (first, vec(step(), 0..64)).prop_map(|(first, mut steps)| {
        steps.insert(0, first);
        History(steps)
    })
}

/// A scope.
#[derive(Debug, Clone)]
pub struct Scoped {
    period: (Option<i64>, Option<i64>),
    place: (Option<usize>, Option<usize>, Option<usize>, Option<usize>),
}

pub fn scope() -> impl Strategy<Value = Scoped> {
    let day = || option::of(0i64..100);
    let place = (
        option::weighted(0.3, 0..AGENCIES.len()),
        option::weighted(0.2, 0..COUNTERS.len()),
        option::weighted(0.2, 0..PROCEDURES.len()),
        option::weighted(0.2, 0..CHANNELS.len()),
    );
    ((day(), day()), place).prop_map(|(period, place)| Scoped { period, place })
}

impl Scoped {
    pub fn scope(&self) -> CoverageScope {
        let day = |days: i64| -> Date { date(2023, 5, 20).checked_add(SignedDuration::from_hours(24 * days)).unwrap() };
        let (agency, counter, procedure, channel) = self.place;
        CoverageScope {
            from: self.period.0.map(day),
            to: self.period.1.map(day),
            agency: agency.map(|n| AGENCIES[n].to_owned()),
            counter: counter.map(|n| COUNTERS[n].to_owned()),
            procedure: procedure.map(|n| PROCEDURES[n].parse().unwrap()),
            channel: channel.map(|n| CHANNELS[n]),
        }
    }
}

impl History {
    /// Does it. What the records refuse, since it cannot be done as things stand, is left out.
    pub async fn play(&self, records: &SqliteRecords) {
        let mut files: Vec<(BatchId, FileId)> = Vec::new();
        let mut documents: Vec<(DocumentId, FileId)> = Vec::new();
        for (n, step) in self.0.iter().enumerate() {
            let now = at(3000 + n as i64);
            match step {
                Step::Import(entries) => {
                    let entries: Vec<DossierEntry> = entries.iter().map(|(n, entry)| entry.told(*n)).collect();
                    let source = Sha256Digest::of(&n.to_le_bytes());
                    records.import_register(&source, &entries, now, AGENT).await.unwrap();
                }
                Step::File { dossier, named, hours, end } => {
                    let batch = records.open_batch("ingest", "test", "", now).await.unwrap();
                    let code = code(*dossier);
                    let relative =
                        if matches!(named, Named::ByName) { format!("{code}_{n}.pdf") } else { format!("{n}.pdf") };
                    let file = NewFile {
                        batch,
                        origin: format!("/scan/{n}"),
                        relative,
                        inode: 1,
                        modified_ns: 1,
                        digest: Sha256Digest::of(format!("file {n}").as_bytes()),
                        bytes: 1,
                        dossier: matches!(named, Named::ByPerson).then_some(code),
                        desk: None,
                    };
                    let Accepted::New(id) = records.accept(&file, at(*hours), AGENT).await.unwrap() else {
                        panic!("file {n} is known")
                    };
                    files.push((batch, id));
                    documents.extend(process(records, batch, *dossier, end, now).await);
                }
                Step::Process { file, dossier, end } => {
                    if let Some((batch, _)) = files.iter().cycle().nth(*file) {
                        documents.extend(process(records, *batch, *dossier, end, now).await);
                    }
                }
                Step::Decide { file, decision } => {
                    if let Some((_, id)) = files.iter().cycle().nth(*file) {
                        let _ = records.decide(*id, decision, now, AGENT).await;
                    }
                }
                Step::Reuse { dossier, component: id, document, lost } => {
                    let listed =
                        records.dossier(&code(*dossier)).await.unwrap().map(|e| e.components).unwrap_or_default();
                    let Some(component) = listed.iter().cycle().nth(*id) else { continue };
                    let document = document.and_then(|n| documents.iter().cycle().nth(n));
                    let reused = document.map(|(id, _)| id);
                    let _ = records.reuse(&code(*dossier), &component.id, reused, now, AGENT).await;
                    if let Some((_, file)) = document.filter(|_| *lost) {
                        let reject = Decision::Reject { reason: "của người khác".to_owned() };
                        let _ = records.decide(*file, &reject, now, AGENT).await;
                    }
                }
                Step::HandOver(dossier) => records.hand_over(&code(*dossier), "portal-json", now, AGENT).await.unwrap(),
            }
        }
    }
}

/// Works the only file of a batch, if it waits.
async fn process(
    records: &SqliteRecords,
    batch: BatchId,
    dossier: usize,
    end: &End,
    now: Timestamp,
) -> Option<(DocumentId, FileId)> {
    if matches!(end, End::Pending) {
        return None;
    }
    let lease = records.reserve("w", now, SignedDuration::from_mins(1), 3, Some(batch)).await.unwrap()?;
    let code = code(dossier);
    let digest = lease.file.digest.unwrap();
    let completion = match end {
        End::Document { component: id, state } => {
            // Mostly one that the register lists.
            let listed = records.dossier(&code).await.unwrap().map(|e| e.components).unwrap_or_default();
            let id = id.map(|n| match listed.iter().cycle().nth(n) {
                Some(component) if n < 10 => component.id.clone(),
                _ => component(n % COMPONENTS.len()),
            });
            let document = document(records, &code, id, *state, lease.file.id, digest).await;
            Completion::Attached { documents: vec![document], loose_pages: Vec::new(), parts: Vec::new() }
        }
        End::Review { candidate } => {
            let candidates =
                candidate.map(|n| Candidate { dossier: self::code(n), in_register: true, because: Vec::new() });
            let part = Part {
                first: 1,
                last: 1,
                document: None,
                evidence: Vec::new(),
                doubts: Vec::new(),
                code: None,
                candidates: candidates.into_iter().collect(),
            };
            Completion::Review {
                code: "x".to_owned(),
                reason: "x".to_owned(),
                documents: Vec::new(),
                loose_pages: vec![(1, PageState::Kept)],
                parts: vec![part],
            }
        }
        _ => Completion::Rejected { code: "x".to_owned(), reason: "x".to_owned() },
    };
    let id = match &completion {
        Completion::Attached { documents, .. } => Some((documents[0].id.clone(), lease.file.id)),
        _ => None,
    };
    records.complete(&lease, &completion, &[], now).await.unwrap();
    id
}

async fn document(
    records: &SqliteRecords,
    code: &DossierCode,
    component: Option<ComponentId>,
    state: AttachmentState,
    source: FileId,
    source_digest: Sha256Digest,
) -> NewDocument {
    let id = DocumentId::derive(code, &source_digest, 0);
    let ordinal = records.ordinal(code, &id).await.unwrap();
    let page = PageRecord {
        number: 1,
        outcome: PageOutcome::Ok,
        inspection: None,
        confidence: None,
        words: 0,
        own_text: false,
        reason: None,
    };
    NewDocument {
        dossier: code.clone(),
        component,
        state,
        ordinal,
        result_code: format!("{code}.{ordinal}"),
        source,
        source_digest,
        part: 0,
        version: 1,
        pages: vec![page],
        renditions: Vec::new(),
        text: String::new(),
        evidence: "{}".to_owned(),
        paper: None,
        fields: Vec::new(),
        id,
    }
}
