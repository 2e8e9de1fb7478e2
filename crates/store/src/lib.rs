//! What is kept: records and queue (SQLite), received bytes (blobs), packages (OCFL).
//!
//! SQL stands only in this crate. Rows never point at bytes that are not durably stored.

mod blobs;
mod durable;
pub mod ocfl;
mod packages;
mod records;
mod register_csv;
mod sqlite;

pub use blobs::{BlobEntry, BlobError, DiskBlobs, Fixity, StoredBlob};
pub use durable::{hash_file, read_file};
pub use packages::{ContentSource, DiskPackages, Hold, NewContent, PackageEntry, PackageError, StoredContent, Version};
pub use records::{
    Accepted, BatchId, Completion, DocumentRow, FileId, FileRow, ImportSummary, IsGone, JobId, Lease, Ledger,
    NewDocument, NewFile, NewRefusal, PageLedger, Records, Rendition, RenditionKind, SearchHit, StoreError,
};
pub use register_csv::{RegisterFileError, read_register_csv};
pub use sqlite::SqliteRecords;
