//! One job: the file's bytes through the stages, the decision, the package, and what the records are told.

mod filing;
mod judge;
mod outcome;
mod package;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use sohoa_domain::{
    Clock, DocumentId, DossierCode, DossierEvidence, Event, EventKind, EvidenceSource, Limits, Outcome, Sha256Digest,
    local_day,
};
use sohoa_dossier::{FieldRules, MatchingRules, known_before};
use sohoa_pdf::DocumentInfo;
use sohoa_store::fault::{Point, reached};
use sohoa_store::{Completion, DiskBlobs, DiskPackages, FileRow, PackageError, Records, StoreError};
use tokio::sync::mpsc;

use self::filing::{Asking, Question, part_folder};
use self::judge::Verdict;
use self::outcome::FileOutcome;
use self::package::Ready;
use crate::convert::{Conversion, ConvertError, ConvertOptions, SplitOptions, convert};
use crate::engines::Engines;
use crate::profiles::Profiles;
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
    /// What the rules ask of electronic copies.
    pub profiles: Profiles,
    /// Which evidence is enough to attach.
    pub matching: MatchingRules,
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

impl Context {
    /// Processes one file up to, but not including, the commit.
    pub(crate) async fn process(&self, file: &FileRow) -> Result<Ended, ProcessError> {
        let Some(source) = file.digest else {
            return Err(StoreError::Corrupt(format!("file {} is queued but has no digest", file.id.0)).into());
        };
        let (names, name_rest) =
            known_before(&file.relative, file.dossier.as_ref(), file.decided, file.session.as_ref());
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
        let layout = self.file.layout.clone();
        let replaced = layout.pages.replaced.iter();
        let replaced = replaced.map(|(page, by)| (*page, (context.blobs.path(&by.digest), by.page))).collect();
        let split = SplitOptions { layout, doubting: !self.names.iter().any(whole), replaced };
        let rules = context.field_rules.clone();
        let received = local_day(self.file.accepted_at);
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
