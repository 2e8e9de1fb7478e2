//! Batches as archivists follow them: how far they are, what went wrong, how fast it goes.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::FileState;

use super::{BatchId, FileId, Ledger, PageLedger};

/// A batch and what came of it so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchRow {
    /// Number.
    pub id: BatchId,
    /// `ingest` or `inbox`.
    pub kind: String,
    /// The scan folder or what was named.
    pub label: String,
    /// From whose folder it came; empty when it was no agency's.
    pub agency: String,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// Since when it is paused; `None` when it is not.
    pub paused_at: Option<Timestamp>,
    /// Its files by state.
    pub files: Ledger,
    /// Their pages by state.
    pub pages: PageLedger,
}

/// Which batches are asked for, the latest first. Those without files are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchPage {
    /// Of this agency; empty: of all.
    pub agency: String,
    /// `ingest` or `inbox`; empty: both.
    pub kind: String,
    /// Only those that are paused.
    pub paused: bool,
    /// Those opened before this one.
    pub before: Option<BatchId>,
    /// At most so many.
    pub most: u32,
}

/// Which files of a batch are asked for, in order of arrival.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchFiles {
    /// The batch.
    pub batch: BatchId,
    /// In this state.
    pub state: Option<FileState>,
    /// In review or rejected for this reason.
    pub code: Option<String>,
    /// Those behind this one.
    pub after: Option<FileId>,
    /// At most so many.
    pub most: u32,
}

/// Files of a batch that are in review or rejected for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchReason {
    /// Review or rejected.
    pub state: FileState,
    /// Stable code why.
    pub code: String,
    /// How many.
    pub files: u64,
}

/// What workers ended with in a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BatchMinute {
    /// The minute, counted from 1970.
    pub minute: i64,
    /// Files.
    pub files: u64,
    /// Their pages.
    pub pages: u64,
}

/// Files of a batch that were put into the queue again together: each by an event of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rerun {
    /// How many.
    pub files: u64,
    /// Numbers of the first and the last of the events.
    pub events: (i64, i64),
}
