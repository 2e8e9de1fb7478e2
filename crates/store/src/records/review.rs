//! What waits for a person, as a list.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sohoa_domain::DossierCode;

use super::{BatchId, FileId};

/// A file in review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReviewLine {
    /// The file.
    pub file: FileId,
    /// Its batch.
    pub batch: BatchId,
    /// What the batch is called: the scan folder or what was named.
    pub batch_label: String,
    /// Where it was found.
    pub origin: String,
    /// Path below the scan folder.
    pub relative: String,
    /// Stable code why it waits.
    pub code: String,
    /// Dossier that it was named for, or that was open at its counter.
    pub dossier: Option<DossierCode>,
    /// Agency of that dossier, when the register knows it.
    pub agency: Option<String>,
    /// When it was accepted.
    pub accepted_at: Timestamp,
}
