//! What is kept: records and queue (SQLite), received bytes (blobs), packages (OCFL), sealed events.
//!
//! SQL stands only in this crate. Rows never point at bytes that are not durably stored.

mod accounts;
mod blobs;
mod document_file;
mod document_versions;
mod durable;
mod event_log;
pub mod fault;
mod field_value;
pub mod ocfl;
mod packages;
mod programs;
mod records;
mod register;
mod search_words;
mod sqlite;
mod sqlite_accounts;
mod sqlite_programs;

pub use accounts::{
    AccountError, Accounts, ApiToken, Failures, Role, Scope, Session, UnknownWord, User, UserName, UserNameError,
};
pub use blobs::{BlobCopy, BlobEntry, BlobError, DiskBlobs, Fixity, StoredBlob};
pub use document_file::{ALTO_FILE, DOCUMENT_FILE, DocumentFile, DocumentSource, PDF_FILE, TEXT_FILE};
pub use document_versions::DocumentVersion;
pub use durable::{hash_file, is_low_on_space, read_file};
pub use event_log::{CHAIN_START, EventLine, EventLog, EventLogError, Segment, chain_link, lines as event_lines};
pub use field_value::{CheckedField, FieldValue, checked_fields};
pub use packages::{ContentSource, DiskPackages, Hold, NewContent, PackageEntry, PackageError, StoredContent, Version};
pub use programs::{
    Delivery, DeliveryPage, DeliveryState, KeptAnswer, NewDelivery, NewWebhook, Programs, Topic, Webhook,
};
pub use records::{
    Accepted, BatchFiles, BatchId, BatchMinute, BatchPage, BatchReason, BatchRow, CatalogueSummary, ChangedDossier,
    Comparison, Completion, Confirmation, CoverageBy, CoverageCounts, CoverageGroup, CoverageList, CoveragePage,
    CoverageScope, CoveredDossier, DataTime, Decision, DocumentRow, DossierChange, DossierHit, DossierLine,
    DossierPage, DoubtfulField, DoubtfulPage, ExemptPaper, FieldChange, FieldWord, FileId, FileRow, FileSeen, FixityOf,
    Found, ImportReport, ImportRow, ImportSummary, IsGone, JobId, KeptFile, LONGEST_PAUSE, LateAfter, LatePaper, Lease,
    Ledger, MissingPaper, MissingPapers, MissingReason, NewDocument, NewFile, NewRefusal, Objects, OpenSession, Orphan,
    PageLedger, PaperKind, PeriodCount, Rebuilt, Records, RefusedRegister, Rendition, RenditionKind, Rerun, ReviewLine,
    SamePaper, SampleItem, SampleRow, SearchHit, SearchQuery, Standing, StandingDocument, StoreError, Unaccounted,
    Waiting, Witness,
};
pub use register::{Checked, RegisterEntries, RegisterFileError, check_register, read_catalogue, read_register};
pub use search_words::{SearchWords, SnippetPart};
pub use sqlite::SqliteRecords;
pub use sqlite_accounts::SqliteAccounts;
pub use sqlite_programs::SqlitePrograms;
