//! What the records take and give: files, jobs, documents, pages, sums.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::{
    AttachmentState, ComponentId, Desk, DocumentId, DossierCode, Field, FileState, PageEdit, PageRecord, PageState,
    Part, PartLayout, Sha256Digest,
};

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
    /// The counter whose scan folder it came to, and when the file was begun there: a dossier that is open from before it was
    /// begun and written until after both is evidence.
    pub desk: Option<(Desk, Timestamp)>,
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
    /// What a person said about where its documents begin.
    pub layout: PartLayout,
    /// Its documents and the parts that wait, when it is a stack or in review.
    pub parts: Vec<Part>,
    /// The dossier that was open at the counter while it was written.
    pub session: Option<DossierCode>,
}

/// A dossier that is open at a counter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenSession {
    /// The counter.
    #[serde(flatten)]
    pub desk: Desk,
    /// The dossier.
    pub dossier: DossierCode,
    /// Since when.
    pub opened_at: Timestamp,
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
        /// Only the document that begins at this page, from 1; the rest stays as it is. Its pages belong together then.
        part: Option<u32>,
    },
    /// Documents begin at these pages too. It is processed again.
    Split {
        /// Pages, from 1.
        pages: Vec<u32>,
    },
    /// These pages go on with the document before them, separators too. It is processed again.
    Merge {
        /// Pages, from 1.
        pages: Vec<u32>,
    },
    /// A page is turned or blank, or its pages stand in another order. It is processed again.
    Edit {
        /// What is said.
        edit: PageEdit,
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
    /// Ordinal within the dossier, from [`Records::ordinal`](super::Records::ordinal).
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
    /// What makes the paper the same as another, see [`sohoa_domain::paper_key`].
    pub paper: Option<String>,
    /// What the paper says of itself: which of it is doubtful is recorded, its values are not.
    pub fields: Vec<Field>,
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
        /// The documents as runs of pages, when it is a stack.
        parts: Vec<Part>,
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
        /// The documents and the parts that wait.
        parts: Vec<Part>,
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
    /// Which pages of the source file they are, from 1, in the order in which they stand.
    pub physical_pages: Vec<u32>,
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

/// A document that is the same paper as one of the dossier that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SamePaper {
    /// The one of the dossier.
    pub document: DocumentId,
    /// The other one.
    pub other: DocumentId,
    /// Its dossier, which may be the same.
    pub dossier: DossierCode,
    /// What it is there, `None` = unassigned.
    pub component: Option<ComponentId>,
    /// Its result code.
    pub result_code: String,
    /// The same bytes; else the same number, year, symbol and issuer.
    pub same_bytes: bool,
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
