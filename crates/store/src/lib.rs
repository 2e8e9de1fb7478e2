//! What is kept: records and queue (SQLite), received bytes (blobs), packages (OCFL).
//!
//! SQL stands only in this crate. Rows never point at bytes that are not durably stored.

mod records;

pub use records::{
    Accepted, BatchId, Completion, DocumentRow, FileId, FileRow, ImportSummary, JobId, Lease, Ledger, NewDocument,
    NewFile, NewRefusal, PageLedger, Records, Rendition, RenditionKind, SearchHit, StoreError,
};
