//! One job: the file's bytes through the stages, the decision, the package, and what the records are told.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use sohoa_domain::{
    AttachmentState, Change, Clock, ComponentId, DocumentId, DossierCode, Event, EventKind, Field, Limits, Outcome,
    PageState, Sha256Digest,
};
use sohoa_dossier::{
    ComponentEvidence, Decision, DossierEvidence, EvidenceSource, FieldRules, decide, from_names, match_component,
};
use sohoa_pdf::DocumentInfo;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{
    Completion, ContentSource, DOCUMENT_FILE, DiskBlobs, DiskPackages, DocumentFile, DocumentSource, FileRow,
    NewContent, NewDocument, PackageError, Records, Rendition, RenditionKind, StoreError,
};

use crate::assemble::software;
use crate::convert::{Conversion, ConvertError, ConvertOptions, Outputs, convert};
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
    /// Who does it, for events.
    pub agent: String,
}

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
        let (mut evidence, name_rest) = from_names(&file.relative, file.dossier.as_ref());
        if file.decided {
            evidence.retain(|sighting| sighting.source == EvidenceSource::Person);
        }
        let mut register = None;
        for sighting in &evidence {
            register = self.records.dossier(&sighting.code).await?;
        }
        let decision = decide(&evidence, |_| register.is_some());
        let mut job = Job { context: self, file, source, events: Vec::new() };
        match decision {
            Decision::Attach { dossier, state } => {
                if let Some(standing) = self.records.document_of_source(&dossier, &source).await?
                    && standing.source != file.id
                {
                    job.event(EventKind::Duplicate, Outcome::Success, Some(&dossier), None, String::new());
                    return Ok(job.end(Completion::Duplicate { of: standing.source }));
                }
                let components = register.map(|entry| entry.components).unwrap_or_default();
                let component = |text: &str, fields: &[Field]| match &file.component {
                    Some(named) => Some((named.clone(), ComponentEvidence::Person)),
                    None => match_component(&components, name_rest, text, fields),
                };
                job.attach(dossier, state, &evidence, component).await
            }
            Decision::Review { code, reason } => job.review(code, reason).await,
        }
    }
}

/// One file on its way.
struct Job<'a> {
    context: &'a Context,
    file: &'a FileRow,
    source: Sha256Digest,
    events: Vec<Event>,
}

impl Job<'_> {
    async fn attach(
        mut self,
        dossier: DossierCode,
        state: AttachmentState,
        evidence: &[DossierEvidence],
        component: impl FnOnce(&str, &[Field]) -> Option<(ComponentId, ComponentEvidence)>,
    ) -> Result<Ended, ProcessError> {
        let context = self.context;
        let id = DocumentId::derive(&dossier, &self.source, 0);
        let ordinal = context.records.ordinal(&dossier, &id).await?;
        let result_code =
            context.result_code.replace("{dossier}", dossier.as_str()).replace("{ordinal}", &ordinal.to_string());
        let info = DocumentInfo {
            title: result_code.clone(),
            identifier: Some(result_code.clone()),
            language: context.language.clone(),
        };
        let staging = tempfile::Builder::new().prefix("document-").tempdir_in(context.packages.staging_dir())?;
        let conversion = match self.convert(staging.path(), info).await? {
            Ok(conversion) => conversion,
            Err(ended) => return Ok(ended),
        };
        let component = component(&conversion.first_page_text, &conversion.fields);
        let evidence = Evidence { dossier: evidence, component: component.as_ref().map(|(_, why)| *why) };
        let component = component.map(|(id, _)| id);

        let name = self.file.relative.rsplit('/').next().unwrap_or_default();
        let evidence = serde_json::to_value(&evidence).map_err(|e| ProcessError::Output(e.to_string()))?;
        let metadata = DocumentFile {
            id: id.clone(),
            dossier: dossier.clone(),
            component: component.clone(),
            result_code: result_code.clone(),
            ordinal,
            source: DocumentSource {
                name: name.to_owned(),
                digest: self.source,
                bytes: self.file.bytes,
                accepted: self.file.accepted_at,
            },
            pages: conversion.pages.clone(),
            engine: conversion.engine.clone(),
            software: software(),
            evidence: evidence.clone(),
        };
        let metadata = serde_json::to_vec_pretty(&metadata).map_err(|e| ProcessError::Output(e.to_string()))?;
        let text = std::fs::read_to_string(staging.path().join("document.txt"))?;
        reached(Point::Converted);
        let (version, renditions) = self.package(&dossier, &id, staging.path(), metadata).await?;

        reached(Point::Packaged);
        let failed = conversion.failed_pages();
        let unassigned = if component.is_none() { "; component unassigned" } else { "" };
        let pages = conversion.pages.len();
        let failed_page = conversion.pages.iter().find(|p| p.outcome.is_failure());
        let first_failed = failed_page.and_then(|p| Some((p.number, p.reason.clone()?)));
        let tell = |n| format!("{n} of {pages} pages");
        let recognized = conversion.pages.iter().filter(|p| !p.own_text && !p.outcome.is_failure()).count();
        let ok = if failed == 0 { Outcome::Success } else { Outcome::Warning };
        self.event(EventKind::Recognized, ok, Some(&dossier), Some(&id), tell(recognized));
        self.event(EventKind::Converted, Outcome::Success, Some(&dossier), Some(&id), tell(pages));
        self.event(EventKind::Packaged, Outcome::Success, Some(&dossier), Some(&id), format!("version {version}"));
        let state = if failed == 0 { state } else { AttachmentState::Incomplete };
        if let Some(packaged) = self.events.last_mut() {
            packaged.change = Some(Change::Attachment { state, component: component.clone() });
        }
        self.event(EventKind::Attached, ok, Some(&dossier), Some(&id), format!("{result_code}{unassigned}"));
        let document = NewDocument {
            id,
            dossier,
            component,
            state,
            ordinal,
            result_code,
            source: self.file.id,
            source_digest: self.source,
            part: 0,
            version,
            pages: conversion.pages,
            renditions,
            text,
            evidence: evidence.to_string(),
        };
        let documents = vec![document];
        Ok(if failed == 0 {
            self.end(Completion::Attached { documents, loose_pages: Vec::new() })
        } else {
            let mut reason = format!("{failed} of {pages} pages have no text");
            if let Some((number, why)) = first_failed {
                let _ = write!(reason, "; page {number}: {why}");
            }
            self.end(Completion::Review { code: "page-failed".to_owned(), reason, documents, loose_pages: Vec::new() })
        })
    }

    /// Reads the file so that its pages are accounted for, and leaves the rest to a person.
    async fn review(mut self, code: &str, reason: String) -> Result<Ended, ProcessError> {
        let scratch = tempfile::Builder::new().prefix("review-").tempdir_in(self.context.packages.staging_dir())?;
        let info = DocumentInfo { title: String::new(), identifier: None, language: self.context.language.clone() };
        let conversion = match self.convert(scratch.path(), info).await? {
            Ok(conversion) => conversion,
            Err(ended) => return Ok(ended),
        };
        let loose_pages: Vec<(u32, PageState)> =
            conversion.pages.iter().map(|p| (p.number, p.outcome.state())).collect();
        self.event(EventKind::SentToReview, Outcome::Warning, None, None, code.to_owned());
        let completion = Completion::Review { code: code.to_owned(), reason, documents: Vec::new(), loose_pages };
        Ok(self.end(completion))
    }

    /// Runs the stages on a blocking thread. `Err` inside means that the file is refused.
    async fn convert(&mut self, folder: &Path, info: DocumentInfo) -> Result<Result<Conversion, Ended>, ProcessError> {
        let context = self.context;
        let input = context.blobs.path(&self.source);
        let (engines, limits, jobs) = (context.engines.clone(), context.limits.clone(), context.jobs);
        let rules = context.field_rules.clone();
        let received = civil_day(self.file.accepted_at);
        let folder = folder.to_owned();
        let result = tokio::task::spawn_blocking(move || {
            let [pdf, text, alto] = ["document.pdf", "document.txt", "document.alto.xml"].map(|name| folder.join(name));
            let outputs = Outputs { pdf: &pdf, text: Some(&text), alto: Some(&alto) };
            let options = ConvertOptions {
                engines: &engines,
                jobs,
                limits: &limits,
                info,
                source_name: "original",
                field_rules: &rules,
                received,
            };
            convert(&input, &outputs, options, &mut |_, _| {})
        })
        .await
        .map_err(|_| ProcessError::Task)?;
        match result {
            Ok(conversion) => Ok(Ok(conversion)),
            Err(ConvertError::Refused(error)) => {
                self.event(EventKind::Rejected, Outcome::Failure, None, None, error.code.to_string());
                let completion = Completion::Rejected { code: error.code.to_string(), reason: error.to_string() };
                Ok(Err(Ended { completion, events: std::mem::take(&mut self.events) }))
            }
            Err(ConvertError::Output(error)) if is_no_space(&error) => Err(ProcessError::NoSpace),
            Err(ConvertError::Output(error)) => Err(ProcessError::Output(error.to_string())),
        }
    }

    /// Writes the document into its dossier's package and says where each file lies.
    async fn package(
        &self,
        dossier: &DossierCode,
        id: &DocumentId,
        staging: &Path,
        metadata: Vec<u8>,
    ) -> Result<(u32, Vec<Rendition>), ProcessError> {
        let original = self.context.blobs.path(&self.source);
        let extension = extension_of(&self.file.relative);
        let files: [(RenditionKind, String, ContentSource); 5] = [
            (RenditionKind::Original, format!("original.{extension}"), ContentSource::Copy(original, self.source)),
            (RenditionKind::Pdf, "document.pdf".to_owned(), ContentSource::Move(staging.join("document.pdf"))),
            (
                RenditionKind::Alto,
                "document.alto.xml".to_owned(),
                ContentSource::Move(staging.join("document.alto.xml")),
            ),
            (RenditionKind::Text, "document.txt".to_owned(), ContentSource::Move(staging.join("document.txt"))),
            (RenditionKind::Metadata, DOCUMENT_FILE.to_owned(), ContentSource::Bytes(metadata)),
        ];
        let (mut kinds, mut contents) = (Vec::new(), Vec::new());
        for (kind, name, source) in files {
            let logical = format!("documents/{id}/{name}");
            kinds.push((logical.clone(), kind));
            contents.push(NewContent { logical, source });
        }
        let (packages, dossier) = (self.context.packages.clone(), dossier.clone());
        let (agent, now) = (self.context.agent.clone(), self.context.clock.now());
        let message = format!("document {id}");
        let version =
            tokio::task::spawn_blocking(move || packages.add_version(&dossier, contents, &message, &agent, now))
                .await
                .map_err(|_| ProcessError::Task)??;
        let mut renditions = Vec::new();
        for file in version.stored {
            if let Some((_, kind)) = kinds.iter().find(|(logical, _)| *logical == file.logical) {
                renditions.push(Rendition {
                    kind: *kind,
                    logical: file.logical,
                    stored: file.stored,
                    digest: file.digest,
                    bytes: file.bytes,
                });
            }
        }
        Ok((version.number, renditions))
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
