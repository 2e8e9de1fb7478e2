//! One job: the file's bytes through the stages, the decision, the package, and what the records are told.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sohoa_domain::{
    AttachmentState, Candidate, Change, Clock, ComponentId, DocumentId, DossierCode, DossierEntry, DossierEvidence,
    Event, EventKind, EvidenceSource, Limits, Outcome, PageRecord, PageState, Part, Sha256Digest,
};
use sohoa_dossier::{ComponentEvidence, Decision, FieldRules, MatchingRules, decide, from_names, match_component};
use sohoa_pdf::DocumentInfo;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{
    ALTO_FILE, Completion, ContentSource, DOCUMENT_FILE, DiskBlobs, DiskPackages, DocumentFile, DocumentSource, FileId,
    FileRow, NewContent, NewDocument, PDF_FILE, PackageError, Records, Rendition, RenditionKind, StoreError, TEXT_FILE,
};
use tokio::sync::{mpsc, oneshot};

use crate::assemble::{AssembleError, Outputs, software};
use crate::convert::{Conversion, ConvertError, ConvertOptions, ConvertedPart, Filing, SplitOptions, convert};
use crate::engines::Engines;
use crate::trouble::{Trouble, is_no_space};

/// Everything that the workers of one process share.
pub struct Context {
    /// Rows and queue.
    pub records: Arc<dyn Records>,
    /// Received bytes.
    pub blobs: Arc<DiskBlobs>,
    /// Packages.
    pub packages: Arc<DiskPackages>,
    /// Recognizers.
    pub engines: Arc<Engines>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Limits.
    pub limits: Limits,
    /// Which fields are taken from papers.
    pub field_rules: Arc<FieldRules>,
    /// Language of the papers, BCP 47, for the PDF.
    pub language: String,
    /// Pages of one file in work at the same time.
    pub jobs: usize,
    /// Attempts before a file goes to review.
    pub max_attempts: u32,
    /// How long a lease lasts without a heartbeat. A worker that dies holds its file no longer than this.
    pub lease: SignedDuration,
    /// First pause after a failed attempt; doubles with each further one.
    pub retry: Duration,
    /// Disk full, database away.
    pub trouble: Trouble,
    /// Scheme of result codes, with `{dossier}` and `{ordinal}`.
    pub result_code: String,
    /// Which evidence is enough to attach.
    pub matching: MatchingRules,
    /// Who does it, for events.
    pub agent: String,
}

/// Dossiers of one applicant that are named to a person.
const MOST_CANDIDATES: u32 = 9;

/// Why a job did not end. It is given back and tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProcessError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Package(#[from] PackageError),
    #[error("cannot write the outputs: {0}")]
    Output(String),
    #[error("no space left for what is being made")]
    NoSpace,
    #[error("the task that processes files died of a defect")]
    Task,
    #[error("cannot use the staging folder: {0}")]
    Staging(#[from] std::io::Error),
}

impl ProcessError {
    /// Whether disk or database are at fault, and not the file.
    pub(crate) fn is_not_of_the_file(&self) -> bool {
        match self {
            Self::NoSpace | Self::Package(PackageError::NoSpace) => true,
            Self::Store(error) => error.is_temporary(),
            Self::Package(PackageError::Source { error, .. }) | Self::Staging(error) => is_no_space(error),
            _ => false,
        }
    }
}

/// How a job ended, to be committed with its events.
pub(crate) struct Ended {
    pub(crate) completion: Completion,
    pub(crate) events: Vec<Event>,
}

/// Evidence as it is kept with the document.
#[derive(Debug, Clone, Serialize)]
struct Evidence<'a> {
    dossier: &'a [DossierEvidence],
    component: Option<ComponentEvidence>,
}

impl Context {
    /// Processes one file up to, but not including, the commit.
    pub(crate) async fn process(&self, file: &FileRow) -> Result<Ended, ProcessError> {
        let Some(source) = file.digest else {
            return Err(StoreError::Corrupt(format!("file {} is queued but has no digest", file.id.0)).into());
        };
        let (mut names, name_rest) = from_names(&file.relative, file.dossier.as_ref());
        if file.decided {
            names.retain(|sighting| sighting.source == EvidenceSource::Person);
        } else if let Some(session) = &file.session {
            names.push(DossierEvidence::new(EvidenceSource::Session, session.clone()));
        }
        let mut job = Job { context: self, file, source, names, events: Vec::new() };
        if let Some(of) = job.repeats_by_name().await? {
            return Ok(job.end(Completion::Duplicate { of }));
        }
        job.run(name_rest).await
    }
}

/// One file on its way.
struct Job<'a> {
    context: &'a Context,
    file: &'a FileRow,
    source: Sha256Digest,
    /// What is known of the dossier before a page is read: names, the session at the counter, a person's word.
    names: Vec<DossierEvidence>,
    events: Vec<Event>,
}

impl Job<'_> {
    /// The earlier file of the same bytes when the names alone say the dossier: then nothing has to be read.
    async fn repeats_by_name(&mut self) -> Result<Option<FileId>, ProcessError> {
        let decision = self.decide(&self.names).await?;
        let Decision::Attach { dossier, .. } = decision else { return Ok(None) };
        let standing = self.context.records.document_of_source(&dossier, &self.source).await?;
        let Some(standing) = standing.filter(|standing| standing.source != self.file.id) else { return Ok(None) };
        self.event(EventKind::Duplicate, Outcome::Success, Some(&dossier), None, String::new());
        Ok(Some(standing.source))
    }

    async fn decide(&self, evidence: &[DossierEvidence]) -> Result<Decision, StoreError> {
        let mut known = BTreeSet::new();
        for sighting in evidence {
            if self.context.records.dossier(&sighting.code).await?.is_some() {
                known.insert(sighting.code.clone());
            }
        }
        Ok(decide(evidence, |code| known.contains(code), &self.context.matching))
    }

    async fn run(mut self, name_rest: &str) -> Result<Ended, ProcessError> {
        let staging = tempfile::Builder::new().prefix("file-").tempdir_in(self.context.packages.staging_dir())?;
        let (conversion, verdicts) = match self.convert(staging.path()).await? {
            Ok(converted) => converted,
            Err(refused) => return Ok(refused),
        };
        reached(Point::Converted);
        let pages = conversion.parts.iter().map(|p| p.pages.len()).sum::<usize>() + conversion.loose_pages.len();
        let mut outcome = FileOutcome { loose_pages: conversion.loose_pages, ..FileOutcome::default() };
        let mut ready: BTreeMap<DossierCode, Vec<Ready>> = BTreeMap::new();
        let alone = conversion.parts.len() == 1;
        for (part, verdict) in conversion.parts.into_iter().zip(verdicts) {
            match verdict {
                Verdict::Attach(filed) => {
                    let whole = part.pages.len() == pages;
                    let component =
                        self.component(&filed.dossier, &part, if alone { Some(name_rest) } else { None }).await?;
                    let folder = staging.path().join(part_folder(part.read.first));
                    let item = Ready { part, filed, component, whole, folder };
                    ready.entry(item.filed.dossier.clone()).or_default().push(item);
                }
                Verdict::Duplicate { of, dossier } => {
                    self.event(EventKind::Duplicate, Outcome::Success, Some(&dossier), None, String::new());
                    outcome.repeats(&part, of);
                }
                Verdict::Review { code, reason, candidates, evidence } => {
                    outcome.waits(&part, code, reason, candidates, evidence);
                }
            }
        }
        for (dossier, items) in ready {
            self.attach(&dossier, items, &conversion.engine, &mut outcome).await?;
        }
        Ok(self.conclude(outcome))
    }

    /// What becomes of one document, now that its pages are read.
    async fn judge(&self, part: &ConvertedPart) -> Result<Verdict, ProcessError> {
        let records = &self.context.records;
        let mut evidence = match &part.read.assigned {
            Some(to) => vec![DossierEvidence::new(EvidenceSource::Person, to.dossier.clone())],
            None => self.names.iter().chain(&part.read.evidence).cloned().collect(),
        };
        let mut decision = self.decide(&evidence).await?;
        if let Decision::Review { code: "no-dossier", .. } = decision {
            for (card, ..) in &part.read.cards {
                for dossier in records.dossiers_of_applicant(&card.name, MOST_CANDIDATES).await? {
                    evidence.push(DossierEvidence::new(EvidenceSource::Applicant, dossier));
                }
            }
            decision = self.decide(&evidence).await?;
        }
        let person = evidence.iter().any(|e| e.source == EvidenceSource::Person);
        match decision {
            Decision::Attach { dossier, .. } if !part.read.doubts.is_empty() && !person => {
                let pages: Vec<String> = part.read.doubts.iter().map(|d| d.page.to_string()).collect();
                Ok(Verdict::Review {
                    code: "doubtful-split",
                    reason: format!("another document may begin on page {}", pages.join(", ")),
                    candidates: vec![Candidate {
                        in_register: records.dossier(&dossier).await?.is_some(),
                        because: evidence.iter().filter(|e| e.code == dossier).map(|e| e.source).collect(),
                        dossier,
                    }],
                    evidence,
                })
            }
            Decision::Attach { dossier, state } => {
                let id = DocumentId::derive(&dossier, &self.source, part.read.first - 1);
                let standing = records.document(&id).await?;
                if let Some(standing) =
                    standing.filter(|d| d.state != AttachmentState::Removed && d.source != self.file.id)
                {
                    return Ok(Verdict::Duplicate { of: standing.source, dossier });
                }
                let ordinal = records.ordinal(&dossier, &id).await?;
                let scheme = &self.context.result_code;
                let result_code =
                    scheme.replace("{dossier}", dossier.as_str()).replace("{ordinal}", &ordinal.to_string());
                Ok(Verdict::Attach(Filed { id, dossier, state, ordinal, result_code, evidence }))
            }
            Decision::Review { code: "no-dossier", candidates, .. } if part.read.sheet_unread => Ok(Verdict::Review {
                code: "sheet-unread",
                reason: "the sheet before it cannot be read".to_owned(),
                candidates,
                evidence,
            }),
            Decision::Review { code, reason, candidates } => Ok(Verdict::Review { code, reason, candidates, evidence }),
        }
    }

    /// The component that a document is. What the file's name says of it counts only when the file is one document.
    async fn component(
        &self,
        dossier: &DossierCode,
        part: &ConvertedPart,
        name_rest: Option<&str>,
    ) -> Result<Option<(ComponentId, ComponentEvidence)>, StoreError> {
        let named = match &part.read.assigned {
            Some(to) => to.component.as_ref(),
            None => self.file.component.as_ref(),
        };
        if let Some(named) = named {
            return Ok(Some((named.clone(), ComponentEvidence::Person)));
        }
        let register = self.context.records.dossier(dossier).await?;
        if let Some(told) = &part.read.component {
            let lists = |entry: &DossierEntry| entry.components.iter().any(|c| c.id == *told);
            return Ok(register.as_ref().is_none_or(lists).then(|| (told.clone(), ComponentEvidence::Sheet)));
        }
        let components = register.map(|entry| entry.components).unwrap_or_default();
        let found = match_component(&components, name_rest.unwrap_or_default(), &part.first_page_text, &part.fields);
        // Several documents cannot all be the only one.
        Ok(found.filter(|(_, why)| name_rest.is_some() || *why != ComponentEvidence::OnlyOneListed))
    }

    /// Packages the documents of one dossier as one version of its package.
    async fn attach(
        &mut self,
        dossier: &DossierCode,
        items: Vec<Ready>,
        engine: &str,
        outcome: &mut FileOutcome,
    ) -> Result<(), ProcessError> {
        let mut contents = Vec::new();
        let mut documents = Vec::new();
        for Ready { part, filed, component, whole, folder } in items {
            let why = Evidence { dossier: &filed.evidence, component: component.as_ref().map(|(_, why)| *why) };
            let evidence = serde_json::to_value(&why).map_err(|e| ProcessError::Output(e.to_string()))?;
            let component = component.map(|(id, _)| id);
            let name = self.file.relative.rsplit('/').next().unwrap_or_default();
            let metadata = DocumentFile {
                id: filed.id.clone(),
                dossier: dossier.clone(),
                component: component.clone(),
                result_code: filed.result_code.clone(),
                ordinal: filed.ordinal,
                source: DocumentSource {
                    name: name.to_owned(),
                    digest: self.source,
                    bytes: self.file.bytes,
                    accepted: self.file.accepted_at,
                },
                part: part.read.first - 1,
                pages: part.pages.clone(),
                engine: engine.to_owned(),
                software: software(),
                evidence: evidence.clone(),
                fields: part.fields.clone(),
            };
            let metadata = serde_json::to_vec_pretty(&metadata).map_err(|e| ProcessError::Output(e.to_string()))?;
            let text = std::fs::read_to_string(folder.join(TEXT_FILE))?;
            self.contents(&filed.id, &folder, metadata, whole, &mut contents);
            let state = if part.failed_pages() == 0 { filed.state } else { AttachmentState::Incomplete };
            documents.push(NewDocument {
                id: filed.id,
                dossier: dossier.clone(),
                component,
                state,
                ordinal: filed.ordinal,
                result_code: filed.result_code,
                source: self.file.id,
                source_digest: self.source,
                part: part.read.first - 1,
                version: 0,
                pages: part.pages,
                renditions: Vec::new(),
                text,
                evidence: evidence.to_string(),
            });
            outcome.parts.push(Part {
                first: part.read.first,
                last: part.read.last,
                document: documents.last().map(|d| d.id.clone()),
                evidence: filed.evidence,
                doubts: Vec::new(),
                code: None,
                candidates: Vec::new(),
            });
        }
        self.package(dossier, contents, &mut documents).await?;
        reached(Point::Packaged);
        for document in documents {
            self.tell_of(&document);
            outcome.documents.push(document);
        }
        Ok(())
    }

    /// The files of a document. The received file lies with it only when it is that one document: a stack holds papers of
    /// other people.
    fn contents(&self, id: &DocumentId, folder: &Path, metadata: Vec<u8>, whole: bool, contents: &mut Vec<NewContent>) {
        let mut add =
            |name: &str, source| contents.push(NewContent { logical: format!("{}{name}", folder_of(id)), source });
        if whole {
            let original = self.context.blobs.path(&self.source);
            let name = format!("original.{}", extension_of(&self.file.relative));
            add(&name, ContentSource::Copy(original, self.source));
        }
        for name in [PDF_FILE, ALTO_FILE, TEXT_FILE] {
            add(name, ContentSource::Move(folder.join(name)));
        }
        add(DOCUMENT_FILE, ContentSource::Bytes(metadata));
    }

    /// Writes the documents into their dossier's package and says in each where its files lie.
    async fn package(
        &self,
        dossier: &DossierCode,
        contents: Vec<NewContent>,
        documents: &mut [NewDocument],
    ) -> Result<(), ProcessError> {
        let (packages, dossier) = (self.context.packages.clone(), dossier.clone());
        let (agent, now) = (self.context.agent.clone(), self.context.clock.now());
        let ids: Vec<&str> = documents.iter().map(|d| d.id.as_str()).collect();
        let message = format!("document {}", ids.join(", "));
        let version =
            tokio::task::spawn_blocking(move || packages.add_version(&dossier, contents, &message, &agent, now))
                .await
                .map_err(|_| ProcessError::Task)??;
        for document in documents.iter_mut() {
            document.version = version.number;
            let folder = folder_of(&document.id);
            let mine = version.stored.iter().filter_map(|file| Some((file, file.logical.strip_prefix(&folder)?)));
            document.renditions = mine
                .map(|(file, name)| Rendition {
                    kind: RenditionKind::of_file(name),
                    logical: file.logical.clone(),
                    stored: file.stored.clone(),
                    digest: file.digest,
                    bytes: file.bytes,
                })
                .collect();
        }
        Ok(())
    }

    /// The events of a document that was packaged.
    fn tell_of(&mut self, document: &NewDocument) {
        let (id, dossier) = (&document.id, &document.dossier);
        let pages = document.pages.len();
        let failed = document.pages.iter().filter(|p| p.outcome.is_failure()).count();
        let tell = |n| format!("{n} of {pages} pages");
        let recognized = document.pages.iter().filter(|p| !p.own_text && !p.outcome.is_failure()).count();
        let ok = if failed == 0 { Outcome::Success } else { Outcome::Warning };
        self.event(EventKind::Recognized, ok, Some(dossier), Some(id), tell(recognized));
        self.event(EventKind::Converted, Outcome::Success, Some(dossier), Some(id), tell(pages));
        let packaged = format!("version {}", document.version);
        self.event(EventKind::Packaged, Outcome::Success, Some(dossier), Some(id), packaged);
        if let Some(packaged) = self.events.last_mut() {
            let (state, component) = (document.state, document.component.clone());
            packaged.change = Some(Change::Attachment { state, component });
        }
        let unassigned = if document.component.is_none() { "; component unassigned" } else { "" };
        self.event(EventKind::Attached, ok, Some(dossier), Some(id), format!("{}{unassigned}", document.result_code));
    }

    /// What the file comes to, with all its documents decided.
    fn conclude(mut self, mut outcome: FileOutcome) -> Ended {
        outcome.parts.sort_by_key(|part| part.first);
        let FileOutcome { documents, loose_pages, parts, waiting, repeats } = outcome;
        let failed: Vec<&PageRecord> =
            documents.iter().flat_map(|d| &d.pages).filter(|p| p.outcome.is_failure()).collect();
        let review = if let [(code, reason), ..] = &waiting[..] {
            let mut told = reason.clone();
            if parts.len() > 1 || !documents.is_empty() {
                told = format!("{} of {} documents wait for a person: {reason}", waiting.len(), parts.len());
            }
            Some((*code, told))
        } else if let Some(first) = failed.first() {
            let pages: usize = documents.iter().map(|d| d.pages.len()).sum();
            let mut reason = format!("{} of {pages} pages have no text", failed.len());
            if let Some(why) = &first.reason {
                let _ = write!(reason, "; page {}: {why}", first.number);
            }
            Some(("page-failed", reason))
        } else if documents.is_empty() && repeats.is_none() {
            Some(("only-separators", "there is nothing between the separator sheets".to_owned()))
        } else {
            None
        };
        match (review, repeats) {
            (Some((code, reason)), _) => {
                if failed.is_empty() {
                    self.event(EventKind::SentToReview, Outcome::Warning, None, None, code.to_owned());
                }
                self.end(Completion::Review { code: code.to_owned(), reason, documents, loose_pages, parts })
            }
            (None, Some(of)) if documents.is_empty() => self.end(Completion::Duplicate { of }),
            (None, _) => {
                // Of a file that is one document everything is said with the document.
                let parts = if parts.len() > 1 || !loose_pages.is_empty() { parts } else { Vec::new() };
                self.end(Completion::Attached { documents, loose_pages, parts })
            }
        }
    }

    /// Runs the stages on a blocking thread and answers, document by document, what is to become of it. `Err` inside means
    /// that the file is refused.
    async fn convert(&mut self, folder: &Path) -> Result<Result<(Conversion, Vec<Verdict>), Ended>, ProcessError> {
        let context = self.context;
        let input = context.blobs.path(&self.source);
        let (engines, limits, jobs) = (context.engines.clone(), context.limits.clone(), context.jobs);
        // A name or a person that says the dossier says it of this file as one document.
        let whole = |e: &DossierEvidence| {
            matches!(e.source, EvidenceSource::Person | EvidenceSource::FolderName | EvidenceSource::FileName)
        };
        let split = SplitOptions { layout: self.file.layout.clone(), doubting: !self.names.iter().any(whole) };
        let rules = context.field_rules.clone();
        let received = civil_day(self.file.accepted_at);
        let (ask, mut asked) = mpsc::channel::<Question>(1);
        let mut filing = Asking { folder: folder.to_owned(), ask };
        let task = tokio::task::spawn_blocking(move || {
            let options = ConvertOptions {
                engines: &engines,
                jobs,
                limits: &limits,
                split: Some(split),
                source_name: "original",
                field_rules: &rules,
                received,
            };
            convert(&input, &mut filing, options, &mut |_, _| {})
        });
        let mut verdicts = Vec::new();
        let mut trouble = None;
        while let Some(Question { part, answer }) = asked.recv().await {
            let verdict = match trouble {
                None => self.judge(&part).await.map_err(|error| trouble = Some(error)).ok(),
                Some(_) => None,
            };
            let info = match &verdict {
                Some(Verdict::Attach(filed)) => Some(DocumentInfo {
                    title: filed.result_code.clone(),
                    identifier: Some(filed.result_code.clone()),
                    language: context.language.clone(),
                }),
                _ => None,
            };
            verdicts.extend(verdict);
            // Nobody waits for it when the conversion has failed.
            let _ = answer.send(info);
        }
        let result = task.await.map_err(|_| ProcessError::Task)?;
        if let Some(error) = trouble {
            return Err(error);
        }
        match result {
            Ok(conversion) => Ok(Ok((conversion, verdicts))),
            Err(ConvertError::Refused(error)) => {
                self.event(EventKind::Rejected, Outcome::Failure, None, None, error.code.to_string());
                let completion = Completion::Rejected { code: error.code.to_string(), reason: error.to_string() };
                Ok(Err(Ended { completion, events: std::mem::take(&mut self.events) }))
            }
            Err(ConvertError::Output(error)) if is_no_space(&error) => Err(ProcessError::NoSpace),
            Err(ConvertError::Output(error)) => Err(ProcessError::Output(error.to_string())),
        }
    }

    fn event(
        &mut self,
        kind: EventKind,
        outcome: Outcome,
        dossier: Option<&DossierCode>,
        document: Option<&DocumentId>,
        detail: String,
    ) {
        self.events.push(Event {
            at: self.context.clock.now(),
            kind,
            outcome,
            agent: self.context.agent.clone(),
            source: Some(self.source),
            dossier: dossier.cloned(),
            document: document.cloned(),
            detail,
            file: Some(self.file.id.0),
            change: None,
        });
    }

    fn end(self, completion: Completion) -> Ended {
        Ended { completion, events: self.events }
    }
}

/// What becomes of one document of a file.
enum Verdict {
    Attach(Filed),
    Duplicate { of: FileId, dossier: DossierCode },
    Review { code: &'static str, reason: String, candidates: Vec<Candidate>, evidence: Vec<DossierEvidence> },
}

/// Where a document belongs and what it is called.
struct Filed {
    id: DocumentId,
    dossier: DossierCode,
    state: AttachmentState,
    ordinal: u32,
    result_code: String,
    evidence: Vec<DossierEvidence>,
}

/// A document that is written and can be packaged.
struct Ready {
    part: ConvertedPart,
    filed: Filed,
    component: Option<(ComponentId, ComponentEvidence)>,
    /// It is all of the received file.
    whole: bool,
    /// Where its files were written.
    folder: PathBuf,
}

/// What a file comes to, as its documents are decided.
#[derive(Default)]
struct FileOutcome {
    documents: Vec<NewDocument>,
    loose_pages: Vec<(u32, PageState)>,
    parts: Vec<Part>,
    /// Code and reason of each document that waits.
    waiting: Vec<(&'static str, String)>,
    /// The file that one of the documents repeats.
    repeats: Option<FileId>,
}

impl FileOutcome {
    fn waits(
        &mut self,
        part: &ConvertedPart,
        code: &'static str,
        reason: String,
        candidates: Vec<Candidate>,
        evidence: Vec<DossierEvidence>,
    ) {
        self.loosen(part);
        self.waiting.push((code, reason));
        self.parts.push(Part {
            first: part.read.first,
            last: part.read.last,
            document: None,
            evidence,
            doubts: part.read.doubts.clone(),
            code: Some(code.to_owned()),
            candidates,
        });
    }

    fn repeats(&mut self, part: &ConvertedPart, of: FileId) {
        self.loosen(part);
        self.repeats.get_or_insert(of);
    }

    /// Its pages are in no document.
    fn loosen(&mut self, part: &ConvertedPart) {
        self.loose_pages.extend(part.pages.iter().map(|p| (p.number, p.outcome.state())));
    }
}

/// A document whose pages are read: what is to become of it?
struct Question {
    part: ConvertedPart,
    answer: oneshot::Sender<Option<DocumentInfo>>,
}

/// Asks the task that knows the records. The stages themselves know none.
struct Asking {
    folder: PathBuf,
    ask: mpsc::Sender<Question>,
}

impl Filing for Asking {
    fn place(&mut self, first_page: u32) -> Result<Outputs, AssembleError> {
        let folder = self.folder.join(part_folder(first_page));
        std::fs::create_dir_all(&folder)?;
        let [pdf, text, alto] = [PDF_FILE, TEXT_FILE, ALTO_FILE].map(|name| folder.join(name));
        Ok(Outputs { pdf, text: Some(text), alto: Some(alto) })
    }

    fn name(&mut self, document: &ConvertedPart) -> Option<DocumentInfo> {
        let (answer, answered) = oneshot::channel();
        self.ask.blocking_send(Question { part: document.clone(), answer }).ok()?;
        answered.blocking_recv().ok().flatten()
    }
}

/// Where the files of the document are written that begins at this page.
fn part_folder(first_page: u32) -> String {
    format!("page-{first_page}")
}

/// The document's folder in its package.
fn folder_of(id: &DocumentId) -> String {
    format!("documents/{id}/")
}

/// The day in Việt Nam, UTC+7.
pub fn civil_day(at: Timestamp) -> Date {
    Offset::constant(7).to_datetime(at).date()
}

/// The extension of the received name when it is a plain one, else `bin`.
fn extension_of(name: &str) -> String {
    let extension = PathBuf::from(name).extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    if (1..=5).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_alphanumeric()) {
        extension
    } else {
        "bin".to_owned()
    }
}
