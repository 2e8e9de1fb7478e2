//! Records and queue: the trait that SQLite implements.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sohoa_domain::{
    AttachmentState, ComponentId, DocumentId, DossierCode, DossierEntry, Event, EventKind, FileState, PageRecord,
    PageState, Sha256Digest,
};

use crate::blobs::DiskBlobs;
use crate::event_log::{EventLine, EventLog, Segment};
use crate::packages::DiskPackages;

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

/// Row id of a source file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub i64);

/// Row id of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub i64);

/// Row id of a scan batch: one call of `ingest`, or one day of one inbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BatchId(pub i64);

/// A file whose bytes are durably in the blob store and that now gets its row and job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFile {
    /// Batch it came with.
    pub batch: BatchId,
    /// Absolute path where it was found (lossless display form).
    pub origin: String,
    /// Folders below the inbox or the named root, then the file name, `/` between: evidence.
    pub relative: String,
    /// Inode and modification time (ns): with `origin` and `digest` they say that it is the very same file again.
    pub inode: u64,
    /// Modification time, ns since 1970.
    pub modified_ns: i64,
    /// Digest of its bytes.
    pub digest: Sha256Digest,
    /// Number of its bytes.
    pub bytes: u64,
    /// Dossier that the person who started the import named.
    pub dossier: Option<DossierCode>,
}

/// What accepting a file found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// A new row in state pending, with a queued job.
    New(FileId),
    /// The very same file (origin, inode, mtime, digest), not yet released: nothing was written.
    Known(FileId),
}

/// Something in a scan folder that cannot even be stored: a link, FIFO, folder named like a file, unreadable file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefusal {
    /// Batch it came with.
    pub batch: BatchId,
    /// Absolute path.
    pub origin: String,
    /// As in [`NewFile::relative`].
    pub relative: String,
    /// Stable code, e.g. `not-a-regular-file`.
    pub code: String,
    /// One clause.
    pub detail: String,
}

/// A source file's row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRow {
    /// Row id.
    pub id: FileId,
    /// Batch.
    pub batch: BatchId,
    /// Where it was found.
    pub origin: String,
    /// Path below the inbox or the named root.
    pub relative: String,
    /// Digest, `None` for a refusal that could not be stored.
    pub digest: Option<Sha256Digest>,
    /// Bytes.
    pub bytes: u64,
    /// Dossier named by the person who started the import.
    pub dossier: Option<DossierCode>,
    /// State.
    pub state: FileState,
    /// Stable code why it is in review or rejected.
    pub reason_code: Option<String>,
    /// One clause for it.
    pub reason: Option<String>,
    /// The earlier file that it repeats.
    pub duplicate_of: Option<FileId>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
    /// It was moved out of the inbox.
    pub released: bool,
    /// A person decided its dossier: its names have no say any more.
    pub decided: bool,
    /// Component that a person named.
    pub component: Option<ComponentId>,
}

/// What a person decides about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// It belongs on this dossier, as this component when one is named: it is processed again.
    Assign {
        /// Dossier.
        dossier: DossierCode,
        /// Component.
        component: Option<ComponentId>,
    },
    /// It is no paper, or not ours. The bytes stay.
    Reject {
        /// One clause.
        reason: String,
    },
    /// It is processed once more.
    Retry,
    /// The last decision about it is taken back; what followed from it is taken off its dossier.
    Undo,
}

/// A reserved job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// Job.
    pub job: JobId,
    /// The file to process.
    pub file: FileRow,
    /// Which attempt this is, from 1; counted when reserved.
    pub attempt: u32,
    /// Who holds it. Opaque and unique to this reservation: a later reservation of the same job has another one.
    pub token: String,
}

/// What a file of a document's package is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RenditionKind {
    /// The received bytes.
    Original,
    /// Searchable PDF/A.
    Pdf,
    /// ALTO XML.
    Alto,
    /// Plain text.
    Text,
    /// `document.json`.
    Metadata,
}

impl RenditionKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Original, Self::Pdf, Self::Alto, Self::Text, Self::Metadata];

    /// As stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::Pdf => "pdf",
            Self::Alto => "alto",
            Self::Text => "text",
            Self::Metadata => "metadata",
        }
    }

    /// The stored form back.
    pub fn parse(s: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == s)
    }
}

/// One stored file of a document, inside the dossier's OCFL object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rendition {
    /// What it is.
    pub kind: RenditionKind,
    /// Logical path in the OCFL object, e.g. `documents/<id>/document.pdf`.
    pub logical: String,
    /// Content path relative to the storage root.
    pub stored: String,
    /// Digest.
    pub digest: Sha256Digest,
    /// Bytes.
    pub bytes: u64,
}

/// A document to be recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct NewDocument {
    /// Id.
    pub id: DocumentId,
    /// Dossier it hangs on.
    pub dossier: DossierCode,
    /// Component it is, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// State of the attachment.
    pub state: AttachmentState,
    /// Ordinal within the dossier, from [`Records::ordinal`].
    pub ordinal: u32,
    /// Result code of the digitization (mã kết quả số hóa).
    pub result_code: String,
    /// Source file.
    pub source: FileId,
    /// Digest of the source file.
    pub source_digest: Sha256Digest,
    /// Part of the source file, from 0.
    pub part: u32,
    /// Version of the OCFL object that brought it, e.g. 3.
    pub version: u32,
    /// Pages in order.
    pub pages: Vec<PageRecord>,
    /// Stored files.
    pub renditions: Vec<Rendition>,
    /// Plain text for the search index.
    pub text: String,
    /// Evidence for dossier and component, as JSON.
    pub evidence: String,
}

/// How a job ended. Written in one transaction with the events, guarded by the lease.
#[derive(Debug, Clone, PartialEq)]
pub enum Completion {
    /// Every part is attached. Pages that belong to no document (separators) are in `loose_pages`.
    Attached {
        /// Documents, at least one.
        documents: Vec<NewDocument>,
        /// Pages outside every document.
        loose_pages: Vec<(u32, PageState)>,
    },
    /// A person has to decide.
    Review {
        /// Stable reason code.
        code: String,
        /// One clause without personal data.
        reason: String,
        /// Documents that are attached or incomplete nevertheless.
        documents: Vec<NewDocument>,
        /// Pages outside every document, each with its state (all pages of the file when there is no document).
        loose_pages: Vec<(u32, PageState)>,
    },
    /// Refused.
    Rejected {
        /// Stable code.
        code: String,
        /// One clause.
        reason: String,
    },
    /// Same bytes, same dossier as this file.
    Duplicate {
        /// The earlier file.
        of: FileId,
    },
}

/// A document's row with its pages' count and where its files lie.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocumentRow {
    /// Id.
    pub id: DocumentId,
    /// Dossier.
    pub dossier: DossierCode,
    /// Component, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// State.
    pub state: AttachmentState,
    /// Ordinal within the dossier.
    pub ordinal: u32,
    /// Result code.
    pub result_code: String,
    /// Source file.
    pub source: FileId,
    /// File name of the source.
    pub source_name: String,
    /// Digest of the source file.
    pub source_digest: Sha256Digest,
    /// Version of the OCFL object.
    pub version: u32,
    /// Pages kept, blank and failed.
    pub pages: PageLedger,
    /// Stored files.
    pub renditions: Vec<Rendition>,
}

/// Pages by state: `input = kept + separator + blank + failed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PageLedger {
    /// All.
    #[serde(rename = "in")]
    pub input: u64,
    /// In a document.
    pub kept: u64,
    /// Separator sheets.
    pub separator: u64,
    /// Blank sides.
    pub blank: u64,
    /// Unreadable.
    pub failed: u64,
}

/// The conservation ledger of files: `seen` is the sum of the states.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Every file ever seen.
    pub seen: u64,
    /// Accepted, not processed yet.
    pub pending: u64,
    /// On their dossier.
    pub attached: u64,
    /// Waiting for a person.
    pub review: u64,
    /// Refused.
    pub rejected: u64,
    /// Repeats.
    pub duplicate: u64,
}

/// Pending files whose last attempt failed for one reason: they are tried again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Why, as the attempt told.
    pub reason: String,
    /// How many files.
    pub files: u64,
}

/// What a register import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ImportSummary {
    /// Dossiers that were new.
    pub new: u64,
    /// Dossiers that changed.
    pub changed: u64,
    /// Dossiers that are as they were.
    pub unchanged: u64,
    /// Documents that were awaiting their dossier and are attached now.
    pub resolved: u64,
}

/// One hit of a search, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SearchHit {
    /// Document.
    pub document: DocumentId,
    /// Dossier.
    pub dossier: DossierCode,
    /// File name of the source.
    pub source_name: String,
    /// Text around the hit, matches between `[` and `]`.
    pub snippet: String,
    /// The words were found with exactly these accents.
    pub exact: bool,
}

/// What the records follow from.
#[derive(Debug, Clone, Copy)]
pub struct Objects<'a> {
    /// Received bytes and register files.
    pub blobs: &'a DiskBlobs,
    /// Packages.
    pub packages: &'a DiskPackages,
    /// Sealed events.
    pub log: &'a EventLog,
    /// Headers of register files, from theirs to ours.
    pub headers: &'a BTreeMap<String, String>,
}

/// What a rebuild found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Rebuilt {
    /// Events.
    pub events: u64,
    /// Files ever seen.
    pub files: u64,
    /// Documents.
    pub documents: u64,
    /// Received files that no event told of and that are in the queue now.
    pub adopted: u64,
    /// What could not be made anew, a clause each.
    pub problems: Vec<String>,
}

/// Whether the worker of this name runs no more.
pub type IsGone = fn(&str) -> bool;

/// Records and queue. Every method is one transaction; none stays open while a stage runs.
#[async_trait]
pub trait Records: Send + Sync {
    /// Opens a batch. `kind` is `ingest` or `inbox`, `label` says which. An inbox has one batch a local day, which is
    /// returned again.
    async fn open_batch(&self, kind: &str, label: &str, now: Timestamp) -> Result<BatchId, StoreError>;

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

    /// Reserves the oldest job that is due or whose lease ran out, those of inboxes first, and counts the attempt. While a
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

    /// Documents of a dossier in order of ordinal, removed ones too.
    async fn documents(&self, code: &DossierCode) -> Result<Vec<DocumentRow>, StoreError>;

    /// Documents of all dossiers, in order of dossier and ordinal.
    async fn all_documents(&self) -> Result<Vec<DocumentRow>, StoreError>;

    /// A standing (not removed) document of this dossier made from these bytes.
    async fn document_of_source(
        &self,
        code: &DossierCode,
        source: &Sha256Digest,
    ) -> Result<Option<DocumentRow>, StoreError>;

    /// Upserts dossiers and components from one register file, all or nothing, and resolves awaiting documents.
    /// Components that the file no longer lists for a dossier that it lists are dropped. The digest names the kept
    /// file; an import with the same content changes nothing.
    async fn import_register(
        &self,
        source: &Sha256Digest,
        entries: &[DossierEntry],
        now: Timestamp,
        agent: &str,
    ) -> Result<ImportSummary, StoreError>;

    /// Digests of all kept register files.
    async fn register_sources(&self) -> Result<Vec<Sha256Digest>, StoreError>;

    /// Dossiers received in the period (inclusive days, `None` = open) in order of code, with their components and,
    /// for each, the components that have a document in state attached. With a period, a dossier without a day of
    /// reception is in none.
    async fn dossiers_with_attachments(
        &self,
        from: Option<jiff::civil::Date>,
        to: Option<jiff::civil::Date>,
    ) -> Result<Vec<(DossierEntry, Vec<ComponentId>)>, StoreError>;

    /// Files by state.
    async fn ledger(&self) -> Result<Ledger, StoreError>;

    /// Pages by state, over all files.
    async fn page_ledger(&self) -> Result<PageLedger, StoreError>;

    /// Full-text search, accent-exact hits first, at most `limit`.
    async fn search(&self, words: &str, limit: u32) -> Result<Vec<SearchHit>, StoreError>;

    /// Events in order, those of one dossier or all.
    async fn events(&self, dossier: Option<&DossierCode>) -> Result<Vec<Event>, StoreError>;

    /// Events of one file in order.
    async fn events_of_file(&self, file: FileId) -> Result<Vec<Event>, StoreError>;

    /// Events after this number as they are chained, at most so many.
    async fn event_lines(&self, after: i64, most: u32) -> Result<Vec<EventLine>, StoreError>;

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

    /// When an event of this kind happened last.
    async fn last_event(&self, kind: EventKind) -> Result<Option<Timestamp>, StoreError>;

    /// Appends events that change nothing but the history.
    async fn tell(&self, events: &[Event]) -> Result<(), StoreError>;

    /// Checks the database itself: structure, foreign keys, both ledger sums. Returns a sentence per problem.
    async fn self_check(&self) -> Result<Vec<String>, StoreError>;
}
