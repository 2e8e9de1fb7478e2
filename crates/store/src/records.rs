//! Records and queue: the trait that SQLite implements.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use sohoa_domain::{
    AuditSample, CatalogueVersion, ComponentId, ComponentKind, Desk, DocumentId, DossierCode, DossierEntry, Event,
    FileState, ProcedureCode, Sha256Digest, StratumBy, Verdict,
};

use crate::blobs::DiskBlobs;
use crate::event_log::{EventLine, EventLog, Segment};
use crate::packages::DiskPackages;
use crate::register::RegisterEntries;

mod audit;
mod batches;
mod browse;
mod coverage;
mod fields;
mod period;
mod register;
mod review;
mod rows;
mod search;
mod survey;

pub use audit::{Comparison, SampleItem, SampleRow};
pub use batches::{BatchFiles, BatchMinute, BatchPage, BatchReason, BatchRow, Rerun};
pub use browse::{DossierLine, DossierPage, FileSeen, FixityOf};
pub use coverage::{
    CoverageBy, CoverageCounts, CoverageGroup, CoverageList, CoveragePage, CoverageScope, CoveredDossier, DataTime,
    ExemptPaper, LateAfter, LatePaper, MissingPaper, MissingPapers, MissingReason, Orphan,
};
pub use fields::{Confirmation, DoubtfulField, DoubtfulPage, FieldWord};
pub use period::{PeriodCount, Standing, Unaccounted};
pub use register::{
    CatalogueSummary, ChangedDossier, DossierChange, FieldChange, ImportReport, ImportRow, KeptFile, RefusedRegister,
};
pub use review::ReviewLine;
pub use rows::{
    Accepted, BatchId, Completion, Decision, DocumentRow, FileId, FileRow, ImportSummary, JobId, Lease, Ledger,
    NewDocument, NewFile, NewRefusal, OpenSession, PageLedger, Rebuilt, Rendition, RenditionKind, SamePaper, Waiting,
};
pub use search::{DossierHit, Found, PaperKind, SearchHit, SearchQuery};
pub use survey::{StandingDocument, Witness};

/// A failure of the records. Says whether trying again can help.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Locked, busy, out of connections: try again.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No space, read-only, unreachable: the environment is not ready.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// The lease was lost to another worker; nothing was written.
    #[error("the lease of this job belongs to another worker now")]
    LeaseLost,
    /// It was asked for something that is not there; nothing was written.
    #[error("there is no {0}")]
    Unknown(String),
    /// Somebody else was faster: it is no more as the person saw it; nothing was written.
    #[error("somebody else changed {0} meanwhile")]
    Changed(String),
    /// A batch of a scan folder cannot be paused; nothing was written.
    #[error("batch {} is of a scan folder: somebody waits for its papers, it is never paused", .0.0)]
    NeverPaused(BatchId),
    /// A move that the states do not allow; nothing was written.
    #[error(transparent)]
    State(#[from] sohoa_domain::IllegalTransition),
    /// A stored value that cannot be read back.
    #[error("the database holds a value that cannot be read: {0}")]
    Corrupt(String),
    /// Anything else, a defect.
    #[error("database error: {0}")]
    Other(String),
}

impl StoreError {
    /// Whether the database itself was not to be had, and may be again: busy, or its disk full.
    pub fn is_temporary(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_))
    }
}

/// A job that was given back never waits longer than this.
pub const LONGEST_PAUSE: SignedDuration = SignedDuration::from_hours(1);

/// What the records follow from.
#[derive(Debug, Clone, Copy)]
pub struct Objects<'a> {
    /// Received bytes and register files.
    pub blobs: &'a DiskBlobs,
    /// Packages.
    pub packages: &'a DiskPackages,
    /// Sealed events.
    pub log: &'a EventLog,
    /// Headers of register files, from theirs to ours, for imports that did not keep their own.
    pub headers: &'a BTreeMap<String, String>,
}

/// Whether the worker of this name runs no more.
pub type IsGone = fn(&str) -> bool;

/// Records and queue. Every method is one transaction; none stays open while a stage runs.
#[async_trait]
pub trait Records: Send + Sync {
    /// Opens a batch. `kind` is `ingest` or `inbox`, `label` says which. An inbox has one batch a local day, which is
    /// returned again. `agency` is that from whose folder the papers come, empty when it is no agency's.
    async fn open_batch(&self, kind: &str, label: &str, agency: &str, now: Timestamp) -> Result<BatchId, StoreError>;

    /// Gives a stored file its row (pending), event and job, unless it is the very same file again.
    async fn accept(&self, file: &NewFile, now: Timestamp, agent: &str) -> Result<Accepted, StoreError>;

    /// The file that was accepted from this place, with this inode, modification time and size, and was not moved away.
    async fn standing(
        &self,
        origin: &str,
        inode: u64,
        modified_ns: i64,
        bytes: u64,
    ) -> Result<Option<FileId>, StoreError>;

    /// Records something that could not be stored, in state rejected. The same origin with the same code again
    /// writes nothing and returns the first row.
    async fn refuse(&self, refusal: &NewRefusal, now: Timestamp, agent: &str) -> Result<FileId, StoreError>;

    /// Marks that the file was moved out of the inbox.
    async fn mark_released(&self, file: FileId) -> Result<(), StoreError>;

    /// Reserves the oldest job that is due or whose lease ran out, those of inboxes first, and counts the attempt. Jobs of paused
    /// batches are left alone. While a
    /// job is in work, others with the very same bytes wait: which of them is the duplicate shows when it ends.
    /// Jobs whose attempts are used up (`max_attempts` of them, those put off not counted) move their file to review with
    /// code `attempts-exhausted` instead and are not returned. With `only`, jobs of other batches are left alone.
    ///
    /// A lease that ends more than twice `lease` from now, and a pause longer than [`LONGEST_PAUSE`], were written before the
    /// clock was set back: both are over.
    async fn reserve(
        &self,
        worker: &str,
        now: Timestamp,
        lease: SignedDuration,
        max_attempts: u32,
        only: Option<BatchId>,
    ) -> Result<Option<Lease>, StoreError>;

    /// Sets the end of a lease, earlier too: after the clock was set back it has to agree with the clock again.
    async fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError>;

    /// Gives back the jobs that are leased to workers of which `is_gone` says so, each with an event. Returns how many.
    async fn release_leases(&self, is_gone: IsGone, now: Timestamp) -> Result<u64, StoreError>;

    /// Ends a job: documents, pages, file state, events, all or nothing. `LeaseLost` when it is no longer held.
    /// A document that already stands (same id, not removed) for another file makes the file a duplicate of it.
    async fn complete(
        &self,
        lease: &Lease,
        completion: &Completion,
        events: &[Event],
        now: Timestamp,
    ) -> Result<FileState, StoreError>;

    /// Gives a job back after a failed attempt, not to be tried before `not_before`, [`LONGEST_PAUSE`] at most; records why.
    async fn give_back(
        &self,
        lease: &Lease,
        why: &str,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Carries out what a person decided about a file; returns its state.
    async fn decide(
        &self,
        file: FileId,
        decision: &Decision,
        now: Timestamp,
        person: &str,
    ) -> Result<FileState, StoreError>;

    /// As [`Records::give_back`] when not the file was at fault but disk or database: the attempt is not counted. Also
    /// allowed when the lease has run out, as long as no one else has reserved the job.
    async fn put_off(&self, lease: &Lease, why: &str, not_before: Timestamp, now: Timestamp) -> Result<(), StoreError>;

    /// Pending files whose last attempt failed, by reason, the most frequent first.
    async fn waiting(&self) -> Result<Vec<Waiting>, StoreError>;

    /// The ordinal of this document within its dossier, from 1: the next free one, or the one it was given before.
    async fn ordinal(&self, dossier: &DossierCode, document: &DocumentId) -> Result<u32, StoreError>;

    /// One file.
    async fn file(&self, id: FileId) -> Result<Option<FileRow>, StoreError>;

    /// Files of a batch, or all, optionally only in one state, in order of acceptance.
    async fn files(&self, batch: Option<BatchId>, state: Option<FileState>) -> Result<Vec<FileRow>, StoreError>;

    /// Number of pending files, of one batch or of all.
    async fn pending(&self, batch: Option<BatchId>) -> Result<u64, StoreError>;

    /// The dossier as the register tells it.
    async fn dossier(&self, code: &DossierCode) -> Result<Option<DossierEntry>, StoreError>;

    /// Dossiers of the register in order of code, a page of them.
    async fn dossiers(&self, page: &DossierPage) -> Result<Vec<DossierLine>, StoreError>;

    /// Files that are in work or in review and were named, or scanned at a counter, for this dossier.
    async fn open_files(&self, code: &DossierCode) -> Result<Vec<FileRow>, StoreError>;

    /// Files that were named, or scanned at a counter, for this dossier or became a document of it, whatever their state: the
    /// latest first, at most so many.
    async fn files_of_dossier(&self, code: &DossierCode, most: u32) -> Result<Vec<FileSeen>, StoreError>;

    /// Documents of a dossier in order of ordinal, removed ones too.
    async fn documents(&self, code: &DossierCode) -> Result<Vec<DocumentRow>, StoreError>;

    /// One document, removed or not.
    async fn document(&self, id: &DocumentId) -> Result<Option<DocumentRow>, StoreError>;

    /// Dossiers of applicants of this name, however its accents are written, the latest first, at most so many.
    async fn dossiers_of_applicant(&self, name: &str, most: u32) -> Result<Vec<DossierCode>, StoreError>;

    /// Opens a dossier at a counter in place of the one that was open there; `None` only closes that.
    async fn switch_session(
        &self,
        desk: &Desk,
        dossier: Option<&DossierCode>,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError>;

    /// Dossiers that are open, in order of counters.
    async fn open_sessions(&self) -> Result<Vec<OpenSession>, StoreError>;

    /// Documents of all dossiers, in order of dossier and ordinal.
    async fn all_documents(&self) -> Result<Vec<DocumentRow>, StoreError>;

    /// A standing (not removed) document of this dossier made from these bytes.
    async fn document_of_source(
        &self,
        code: &DossierCode,
        source: &Sha256Digest,
    ) -> Result<Option<DocumentRow>, StoreError>;

    /// Upserts dossiers and components from one kept register file, all or nothing, and resolves awaiting documents.
    /// Components that the file no longer lists for a dossier that it lists are dropped; where it lists none, they come
    /// from the catalogue. An import with the same content changes nothing. At most `show` dossiers are named.
    async fn import_register_file(
        &self,
        file: &KeptFile,
        entries: RegisterEntries,
        now: Timestamp,
        agent: &str,
        show: usize,
    ) -> Result<ImportReport, StoreError>;

    /// What an import of these dossiers would do. Writes nothing.
    async fn preview_register(&self, entries: RegisterEntries, show: usize) -> Result<ImportReport, StoreError>;

    /// The same as [`Records::import_register_file`] with dossiers that are in memory.
    async fn import_register(
        &self,
        source: &Sha256Digest,
        entries: &[DossierEntry],
        now: Timestamp,
        agent: &str,
    ) -> Result<ImportSummary, StoreError>;

    /// Digests of all kept register and catalogue files.
    async fn register_sources(&self) -> Result<Vec<Sha256Digest>, StoreError>;

    /// Imports of registers and catalogues that changed something or brought a new file, in order.
    async fn imports(&self) -> Result<Vec<ImportRow>, StoreError>;

    /// What imports changed in a dossier, in order.
    async fn register_history(&self, dossier: &DossierCode) -> Result<Vec<DossierChange>, StoreError>;

    /// Upserts versions of procedures from one kept catalogue file, all or nothing, and the dossiers whose components follow
    /// from them. Versions that the file does not list stay.
    async fn import_catalogue(
        &self,
        file: &KeptFile,
        versions: &[CatalogueVersion],
        now: Timestamp,
        agent: &str,
    ) -> Result<CatalogueSummary, StoreError>;

    /// All versions of a procedure in the catalogue, the earliest first.
    async fn catalogue(&self, procedure: &ProcedureCode) -> Result<Vec<CatalogueVersion>, StoreError>;

    /// Remembers that a file in the watched folder cannot be imported.
    async fn refuse_register(&self, file: &RefusedRegister) -> Result<(), StoreError>;

    /// Forgets that a file at this path could not be imported.
    async fn forget_refused_register(&self, path: &str) -> Result<(), StoreError>;

    /// Files in the watched folder that cannot be imported.
    async fn refused_registers(&self) -> Result<Vec<RefusedRegister>, StoreError>;

    /// Dossiers received in the period (inclusive days, `None` = open) in order of code, with their components and,
    /// for each, the components that have a document in state attached. With a period, a dossier without a day of
    /// reception is in none.
    async fn dossiers_with_attachments(
        &self,
        from: Option<jiff::civil::Date>,
        to: Option<jiff::civil::Date>,
    ) -> Result<Vec<(DossierEntry, Vec<ComponentId>)>, StoreError>;

    /// Counts the dossiers of a scope group by group, in order of key; each is in exactly one group. Without `by` they are one
    /// group, and none when there are no dossiers. A scan is late that was accepted later than `late` after reception.
    async fn coverage(
        &self,
        scope: &CoverageScope,
        by: Option<CoverageBy>,
        late: LateAfter,
    ) -> Result<Vec<CoverageGroup>, StoreError>;

    /// Tells `each` dossier of the scope that is not full, with the papers that it lacks (only those of one kind when one is
    /// named), in order of reception, until it says no. They are read stretch by stretch: there may be very many.
    async fn missing(
        &self,
        scope: &CoverageScope,
        kind: Option<ComponentKind>,
        each: &mut (dyn FnMut(MissingPapers) -> bool + Send),
    ) -> Result<(), StoreError>;

    /// Components and results of the scope that need not be there, in order of reception.
    async fn exempt(&self, scope: &CoverageScope) -> Result<Vec<ExemptPaper>, StoreError>;

    /// Due components of the scope whose first scan was accepted later than `late` after reception, in that order.
    async fn late(&self, scope: &CoverageScope, late: LateAfter) -> Result<Vec<LatePaper>, StoreError>;

    /// Dossiers of a scope one by one, with what they lack and what they need not have.
    async fn covered(&self, page: &CoveragePage) -> Result<Vec<CoveredDossier>, StoreError>;

    /// Reasons for which papers of the scope need not be there, with the number of papers, the most frequent first.
    async fn exempt_reasons(&self, scope: &CoverageScope) -> Result<Vec<(String, u64)>, StoreError>;

    /// The last day on which a dossier was received, this day at the latest.
    async fn last_reception(&self, until: Date) -> Result<Option<Date>, StoreError>;

    /// Codes that documents hang on and the register does not know, the oldest first. They are in no scope: only the register says
    /// when and where a dossier was received.
    async fn orphans(&self) -> Result<Vec<Orphan>, StoreError>;

    /// How old the records are.
    async fn data_time(&self) -> Result<DataTime, StoreError>;

    /// Puts on record that a dossier with its documents was handed over to another system, in this form (`portal-json`).
    async fn hand_over(
        &self,
        dossier: &DossierCode,
        form: &str,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError>;

    /// Dossiers that were handled in a period (inclusive days), counted by agency, channel, whether they are new, and where they
    /// stood at its end: those received until its last day that were not done before its first. Each is counted once.
    async fn handled(&self, from: Date, to: Date) -> Result<Vec<PeriodCount>, StoreError>;

    /// Those of them of which the register does not say where they stood, in order of code.
    async fn unaccounted(&self, from: Date, to: Date) -> Result<Vec<Unaccounted>, StoreError>;

    /// Shows a witness one state of the records throughout: every event, then every dossier received in the period
    /// (inclusive days) in order of code. Memory does not grow with either.
    async fn survey(&self, from: Date, to: Date, witness: &mut dyn Witness) -> Result<(), StoreError>;

    /// Records that a document of another dossier stands for this component, so that no new scan is made (tái sử dụng); `None`
    /// takes that back. Coverage counts such a component as attached as long as the document is.
    async fn reuse(
        &self,
        dossier: &DossierCode,
        component: &ComponentId,
        document: Option<&DocumentId>,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError>;

    /// Components of this dossier that documents of other dossiers stand for.
    async fn reused(&self, dossier: &DossierCode) -> Result<Vec<(ComponentId, DocumentId)>, StoreError>;

    /// Documents, of any dossier, that are the same paper as one of this dossier.
    async fn same_papers(&self, dossier: &DossierCode) -> Result<Vec<SamePaper>, StoreError>;

    /// Attached documents of dossiers that were received in a period (inclusive days), each with its stratum, in order of id: what an
    /// audit sample is drawn from.
    async fn audit_population(
        &self,
        from: Date,
        to: Date,
        by: StratumBy,
    ) -> Result<Vec<(DocumentId, String)>, StoreError>;

    /// Records a sample under the next number, which is returned, and under a name of its own when it has none.
    async fn add_sample(&self, sample: &AuditSample, now: Timestamp, person: &str) -> Result<i64, StoreError>;

    /// All samples in order.
    async fn samples(&self) -> Result<Vec<SampleRow>, StoreError>;

    /// The documents of a sample in the order of its list.
    async fn sample_items(&self, sample: i64) -> Result<Vec<SampleItem>, StoreError>;

    /// Records what the comparison of a sample's document with its paper found; a later one takes the place of an earlier one.
    async fn compare(
        &self,
        sample: i64,
        document: &DocumentId,
        verdict: Verdict,
        note: &str,
        now: Timestamp,
        person: &str,
    ) -> Result<(), StoreError>;

    /// Files by state.
    async fn ledger(&self) -> Result<Ledger, StoreError>;

    /// Pages by state, over all files.
    async fn page_ledger(&self) -> Result<PageLedger, StoreError>;

    /// What was found, best first.
    async fn search(&self, query: &SearchQuery) -> Result<Found, StoreError>;

    /// Agencies of the register, in order.
    async fn agencies(&self) -> Result<Vec<String>, StoreError>;

    /// Events in order, those of one dossier or all.
    async fn events(&self, dossier: Option<&DossierCode>) -> Result<Vec<Event>, StoreError>;

    /// Events of a dossier with their numbers, the acceptance of the files that its documents come from among them: the latest first,
    /// those before this number, at most so many.
    async fn history(
        &self,
        dossier: &DossierCode,
        before: Option<i64>,
        most: u32,
    ) -> Result<Vec<(i64, Event)>, StoreError>;

    /// Verifications, the latest first, at most so many.
    async fn fixity_checks(&self, of: FixityOf<'_>, most: u32) -> Result<Vec<Event>, StoreError>;

    /// Events of one file in order.
    async fn events_of_file(&self, file: FileId) -> Result<Vec<Event>, StoreError>;

    /// Events after this number as they are chained, at most so many.
    async fn event_lines(&self, after: i64, most: u32) -> Result<Vec<EventLine>, StoreError>;

    /// Number of the last event, 0 when there is none.
    async fn last_event_number(&self) -> Result<i64, StoreError>;

    /// Number of the last event that lies sealed outside, 0 when there is none.
    async fn last_sealed(&self) -> Result<i64, StoreError>;

    /// The sealed segments in order.
    async fn segments(&self) -> Result<Vec<Segment>, StoreError>;

    /// Records that a segment lies sealed outside. One that does not follow the last is left out: another process was
    /// faster.
    async fn add_segment(&self, segment: &Segment) -> Result<(), StoreError>;

    /// Makes the records anew in the file `scratch` from events and what is stored, and tells every row that differs.
    async fn differences(
        &self,
        objects: &Objects<'_>,
        scratch: &Path,
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError>;

    /// Appends events that change nothing but the history.
    async fn tell(&self, events: &[Event]) -> Result<(), StoreError>;

    // Batches.

    /// One batch.
    async fn batch(&self, id: BatchId) -> Result<Option<BatchRow>, StoreError>;

    /// Batches, the latest first, a page of them.
    async fn batches(&self, page: &BatchPage) -> Result<Vec<BatchRow>, StoreError>;

    /// Why files of a batch are in review or rejected: review first, the most frequent first.
    async fn batch_reasons(&self, batch: BatchId) -> Result<Vec<BatchReason>, StoreError>;

    /// What workers ended with in each minute from this one (counted from 1970) in which there was anything.
    async fn batch_minutes(&self, batch: BatchId, from: i64) -> Result<Vec<BatchMinute>, StoreError>;

    /// How many files of a batch are in work just now.
    async fn batch_in_work(&self, batch: BatchId) -> Result<u64, StoreError>;

    /// Files of a batch, a page of them.
    async fn batch_files(&self, wanted: &BatchFiles) -> Result<Vec<FileRow>, StoreError>;

    /// What a sample of a batch is drawn from: its attached documents, on dossiers of its agency when it has one, in order of id.
    async fn batch_population(&self, batch: BatchId) -> Result<Vec<(DocumentId, String)>, StoreError>;

    /// Pauses a batch, so that its jobs are not reserved, or lets it go on. What is in work is finished.
    /// [`StoreError::NeverPaused`] for one of a scan folder.
    async fn pause_batch(&self, id: BatchId, paused: bool, now: Timestamp, person: &str) -> Result<(), StoreError>;

    /// Puts files of a batch that are in review or rejected into the queue again, each by [`Decision::Retry`]; those without bytes
    /// are left out. All or nothing.
    async fn rerun_batch(&self, wanted: &BatchFiles, now: Timestamp, person: &str) -> Result<Rerun, StoreError>;

    /// Takes back a [`Rerun`] by the numbers of its events, except for files of which something else was decided since. Returns of
    /// how many files.
    async fn undo_rerun(
        &self,
        batch: BatchId,
        events: (i64, i64),
        now: Timestamp,
        person: &str,
    ) -> Result<u64, StoreError>;

    // What waits for a person.

    /// Files in review, in order of acceptance.
    async fn review_lines(&self) -> Result<Vec<ReviewLine>, StoreError>;

    /// Number of the last event of a file, 0 when there is none: what a person sees of it, as one number.
    async fn last_event_of_file(&self, file: FileId) -> Result<i64, StoreError>;

    /// Number of a file's pages, 0 while that is not known.
    async fn pages_of_file(&self, file: FileId) -> Result<u32, StoreError>;

    /// As [`Records::decide`], unless the file had another event since `seen`: then [`StoreError::Changed`]. A decision is undone unless
    /// there was another one since: what followed from it is taken back with it.
    async fn decide_as_seen(
        &self,
        file: FileId,
        seen: i64,
        decision: &Decision,
        now: Timestamp,
        person: &str,
    ) -> Result<FileState, StoreError>;

    /// Doubtful fields that nobody has confirmed, in order of document and place.
    async fn doubtful_fields(&self, page: &DoubtfulPage) -> Result<Vec<DoubtfulField>, StoreError>;

    /// How many there are, counted up to `most`.
    async fn count_doubtful_fields(&self, page: &DoubtfulPage) -> Result<u64, StoreError>;

    /// Records what a person says of a field. [`StoreError::Changed`] when somebody else said something since it was seen.
    async fn confirm_field(&self, word: &FieldWord, now: Timestamp, person: &str) -> Result<(), StoreError>;

    /// What people said of the fields of a dossier's documents.
    async fn confirmations(&self, dossier: &DossierCode) -> Result<Vec<Confirmation>, StoreError>;

    /// Digests of all stored values of fields that events name.
    async fn confirmed_values(&self) -> Result<Vec<Sha256Digest>, StoreError>;

    /// Checks the database itself: structure, foreign keys, both ledger sums. Returns a sentence per problem.
    async fn self_check(&self) -> Result<Vec<String>, StoreError>;
}
